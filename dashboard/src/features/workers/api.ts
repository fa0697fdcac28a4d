/** Reading workers, and telling them what to do. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { putTurn, type TurnPages } from "@/api/turnLists";
import type { DirectivesWish, Turn, Worker } from "@/api/types";
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

export const resumeWorker = (name: string) =>
  ask(client.POST("/api/workers/{name}/resume", { params: { path: { name } } }));

export interface PauseWish {
  reason: string | null;
  /** null: until a person resumes it. */
  until: string | null;
}

export const pauseChannel = (channel: string, wish: PauseWish = { reason: null, until: null }) =>
  ask(client.POST("/api/channels/{channel}/pause", { params: { path: { channel } }, body: wish }));

export function useResumeWorker(name: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => resumeWorker(name),
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

/** A person's pause: what runs may finish, nothing new starts. */
export function usePauseChannel(channel: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (wish: PauseWish) => pauseChannel(channel, wish),
    onSuccess: () => cache.invalidateQueries({ queryKey: keys.workers }),
  });
}

export const directivesOptions = (name: string) =>
  queryOptions({
    queryKey: keys.directives(name),
    queryFn: ({ signal }) =>
      ask(client.GET("/api/workers/{name}/directives", { params: { path: { name } }, signal })),
  });

export function useSaveDirectives(name: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: DirectivesWish) =>
      ask(client.PUT("/api/workers/{name}/directives", { params: { path: { name } }, body })),
    onSuccess: (saved) => {
      cache.setQueryData(keys.directives(name), saved);
      void cache.invalidateQueries({ queryKey: keys.workers });
    },
  });
}

export const sessionsOptions = (name: string) =>
  queryOptions({
    queryKey: keys.sessions(name),
    queryFn: ({ signal }) =>
      ask(client.GET("/api/workers/{name}/sessions", { params: { path: { name } }, signal })),
  });

export function useResetSession(name: string) {
  const refresh = useRefreshSessions();
  return useMutation({
    mutationFn: () =>
      ask(client.POST("/api/workers/{name}/session/reset", { params: { path: { name } } })),
    onSuccess: refresh,
  });
}

/** `to`: another worker goes on in the copy; without it this one does. */
export function useForkSession(name: string) {
  const refresh = useRefreshSessions();
  return useMutation({
    mutationFn: (to: string | null) =>
      ask(
        client.POST("/api/workers/{name}/session/fork", {
          params: { path: { name } },
          body: { to },
        }),
      ),
    onSuccess: refresh,
  });
}

function useRefreshSessions() {
  const cache = useQueryClient();
  return () => {
    void cache.invalidateQueries({ queryKey: ["sessions"] });
    return cache.invalidateQueries({ queryKey: keys.workers });
  };
}

export const trustOptions = (name: string) =>
  queryOptions({
    queryKey: keys.trust(name),
    queryFn: ({ signal }) =>
      ask(client.GET("/api/workers/{name}/trust", { params: { path: { name } }, signal })),
  });

export function useSetTrust(name: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (change: { trusted: boolean; contents: string }) =>
      ask(client.PUT("/api/workers/{name}/trust", { params: { path: { name } }, body: change })),
    onSuccess: (trust) => cache.setQueryData(keys.trust(name), trust),
    onError: () => cache.invalidateQueries({ queryKey: keys.trust(name) }),
  });
}

/** Channels whose calls run without a person where one should decide. */
export const unattendedOptions = queryOptions({
  queryKey: keys.unattended,
  queryFn: async ({ signal }) => {
    const policy = await ask(client.GET("/api/policy", { signal }));
    return policy.channels.filter((each) => each.unattended).map((each) => each.channel);
  },
});
