/** Reading single turns and short lists of them; stopping one and trying one again. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys, type TurnFilter } from "@/api/keys";
import { fetchTurns, putTurn } from "@/api/turnLists";
import { ask, client } from "@/lib/client";

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
