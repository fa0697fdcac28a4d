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

export interface LettersFilter {
  channel?: string | undefined;
  kind?: string | undefined;
}

export const deadLettersOptions = (filter: LettersFilter) =>
  infiniteQueryOptions({
    queryKey: keys.deadLetterList(filter),
    queryFn: ({ pageParam, signal }) =>
      ask(
        client.GET("/api/dead-letters", {
          params: { query: { ...filter, before: pageParam ?? undefined, limit: PAGE_SIZE } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page: DeadLetterPage) => page.next ?? null,
  });

export type BulkAction = "retry" | "purge";

export interface BulkWish {
  action: BulkAction;
  filter: LettersFilter;
  /** Those that came later stay as they are. */
  createdBefore: string;
}

const bulk = ({ action, filter, createdBefore }: BulkWish, dryRun: boolean) =>
  ask(
    client.POST("/api/dead-letters/bulk", {
      body: {
        action,
        dry_run: dryRun,
        filter: {
          channel: filter.channel ?? null,
          kind: filter.kind ?? null,
          created_before: createdBefore,
        },
      },
    }),
  );

/** How many a deed would be done to; nothing changes. */
export function useCountLetters() {
  return useMutation({ mutationFn: (wish: BulkWish) => bulk(wish, true) });
}

/** One call takes some hundreds; it is called until none remain, or until one call gets no further. */
export function useClearLetters() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (wish: BulkWish) => {
      let done = 0;
      for (;;) {
        const cleared = await bulk(wish, false);
        done += cleared.done;
        if (cleared.remaining === 0 || cleared.done === 0) return { done, left: cleared.remaining };
      }
    },
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.status });
      void cache.invalidateQueries({ queryKey: keys.turns });
      return cache.invalidateQueries({ queryKey: keys.deadLetters });
    },
  });
}

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
