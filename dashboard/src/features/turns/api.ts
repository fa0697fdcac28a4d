/** Reading single turns and short lists of them; stopping one and trying one again. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys, type TurnFilter } from "@/api/keys";
import { fetchTurns, putTurn } from "@/api/turnLists";
import { ask, client } from "@/lib/client";

/** As many as the server gives at once. */
const DAY = 200;

export const turnOptions = (id: string) =>
  queryOptions({
    queryKey: keys.turn(id),
    queryFn: ({ signal }) =>
      ask(client.GET("/api/turns/{id}", { params: { path: { id } }, signal })),
  });

/** The newest turns only. */
export const turnHeadOptions = (filter: TurnFilter, limit: number) =>
  queryOptions({
    queryKey: keys.turnHead(filter, limit),
    queryFn: ({ signal }) => fetchTurns(filter, null, limit, signal),
  });

/** What was answered last. */
export const answeredOptions = turnHeadOptions({ state: "answered" }, 8);

/** The turns of the last hours, for figures over time. */
export const dayOptions = queryOptions({
  queryKey: keys.day,
  queryFn: ({ signal }) => fetchTurns({}, null, DAY, signal),
  refetchInterval: 60_000,
});

export function useCancelTurn(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => ask(client.POST("/api/turns/{id}/cancel", { params: { path: { id } } })),
    onSuccess: (turn) => putTurn(cache, turn),
  });
}

export function useRetryTurn(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => ask(client.POST("/api/turns/{id}/retry", { params: { path: { id } } })),
    onSuccess: (turn) => {
      putTurn(cache, turn);
      void cache.invalidateQueries({ queryKey: keys.deadLetters });
    },
  });
}

/** Many at once, one after the other; the first refusal ends it and is told, what was done stays done. */
export function useStopOrRetry(action: "cancel" | "retry") {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) {
        const path = { params: { path: { id } } };
        const turn =
          action === "cancel"
            ? client.POST("/api/turns/{id}/cancel", path)
            : client.POST("/api/turns/{id}/retry", path);
        putTurn(cache, await ask(turn));
      }
    },
    onSettled: () => cache.invalidateQueries({ queryKey: keys.deadLetters }),
  });
}

/** Lets a turn that waits for a budget go on, with so much more to spend. */
export function useReleaseTurn(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (extra_micros: number) =>
      ask(
        client.POST("/api/turns/{id}/release", {
          params: { path: { id } },
          body: { extra_micros, extra_tokens: 0 },
        }),
      ),
    onSuccess: (turn) => putTurn(cache, turn),
  });
}
