/** What could not be answered: reading it, trying it again, throwing it away. */
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { putTurn } from "@/api/turnLists";
import type { DeadLetterPage } from "@/api/types";
import { ask, client } from "@/lib/client";

const PAGE_SIZE = 50;
const HEAD = 3;

export const deadLettersOptions = infiniteQueryOptions({
  queryKey: keys.deadLetters,
  queryFn: ({ pageParam, signal }) =>
    ask(
      client.GET("/api/dead-letters", {
        params: { query: { before: pageParam ?? undefined, limit: PAGE_SIZE } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page: DeadLetterPage) => page.next ?? null,
});

/** The newest ones only. */
export const deadLetterHeadOptions = queryOptions({
  queryKey: keys.deadLetterHead,
  queryFn: ({ signal }) =>
    ask(client.GET("/api/dead-letters", { params: { query: { limit: HEAD } }, signal })),
});

export function useRetryLetter() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ id, text }: { id: string; text: string | null }) =>
      ask(
        client.POST("/api/dead-letters/{id}/retry", { params: { path: { id } }, body: { text } }),
      ),
    onSuccess: (turn) => putTurn(cache, turn),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.status });
      return cache.invalidateQueries({ queryKey: keys.deadLetters });
    },
  });
}

export function usePurgeLetter() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      ask(client.DELETE("/api/dead-letters/{id}", { params: { path: { id } } })),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.status });
      return cache.invalidateQueries({ queryKey: keys.deadLetters });
    },
  });
}
