/** Reading workers, and telling them what to do. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { putTurn, type TurnPages } from "@/api/turnLists";
import type { Turn, Worker } from "@/api/types";
import { ask, client } from "@/lib/client";
import { now } from "@/lib/clock";

export const workersOptions = queryOptions({
  queryKey: keys.workers,
  queryFn: ({ signal }) => ask(client.GET("/api/workers", { signal })),
});

export const workerOptions = (name: string) =>
  queryOptions({
    queryKey: keys.worker(name),
    queryFn: ({ signal }) =>
      ask(client.GET("/api/workers/{name}", { params: { path: { name } }, signal })),
  });

export function useResumeWorker(name: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () =>
      ask(client.POST("/api/workers/{name}/resume", { params: { path: { name } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.workers }),
  });
}

export interface Prompt {
  text: string;
  /** The same key is the same turn, however often it is sent. */
  key: string;
}

/** Sends a prompt; it stands in the history at once, and is taken out again if it was not accepted. */
export function useSendPrompt(worker: Worker) {
  const cache = useQueryClient();
  const list = keys.turnList({ channel: worker.channel });
  const drop = (id: string) =>
    cache.setQueryData<TurnPages>(
      list,
      (data) => data && withHead(data, (items) => items.filter((turn) => turn.id !== id)),
    );
  return useMutation({
    mutationFn: (prompt: Prompt) =>
      ask(
        client.POST("/api/workers/{name}/turns", {
          params: { path: { name: worker.name } },
          body: prompt,
        }),
      ),
    onMutate: async (prompt) => {
      await cache.cancelQueries({ queryKey: list });
      const turn = expected(worker, prompt);
      cache.setQueryData<TurnPages>(
        list,
        (data) => data && withHead(data, (items) => [turn, ...items]),
      );
      return { id: turn.id };
    },
    onError: (_error, _prompt, made) => made && drop(made.id),
    onSuccess: (turn, _prompt, made) => {
      drop(made.id);
      putTurn(cache, turn);
      void cache.invalidateQueries({ queryKey: keys.workers });
      void cache.invalidateQueries({ queryKey: keys.status });
    },
  });
}

function withHead(data: TurnPages, change: (items: Turn[]) => Turn[]): TurnPages {
  const [head, ...rest] = data.pages;
  return { ...data, pages: head ? [{ ...head, items: change(head.items) }, ...rest] : [] };
}

/** What the server is about to say. */
function expected(worker: Worker, prompt: Prompt): Turn {
  return {
    id: `expected-${prompt.key}`,
    channel: worker.channel,
    worker: worker.name,
    number: 0,
    seq: 0,
    state: "queued",
    prompt_head: prompt.text.slice(0, 200),
    answer_head: null,
    failure: null,
    origin: {},
    model: null,
    session_id: null,
    usage: { input_tokens: 0, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0 },
    cost_micros: 0,
    attempts: 0,
    received_at: new Date(now()).toISOString(),
    started_at: null,
    finished_at: null,
    published_at: null,
    retry_at: null,
  };
}
