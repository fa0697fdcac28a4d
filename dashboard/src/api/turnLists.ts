/** Long lists of turns: read page by page, refreshed at their head only, so that a long scroll stays cheap. */
import {
  type InfiniteData,
  infiniteQueryOptions,
  type Query,
  type QueryClient,
} from "@tanstack/react-query";
import { ask, client } from "@/lib/client";
import { keys, type TurnFilter } from "./keys";
import type { FullTurn, Turn, TurnPage, TurnState } from "./types";

export const PAGE_SIZE = 100;
export type TurnPages = InfiniteData<TurnPage, string | null>;

export function fetchTurns(
  filter: TurnFilter,
  before: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<TurnPage> {
  const query = {
    channel: filter.channel || undefined,
    state: (filter.state || undefined) as TurnState | undefined,
    q: filter.q || undefined,
    before: before ?? undefined,
    limit,
  };
  return ask(client.GET("/api/turns", { params: { query }, signal: signal ?? null }));
}

export const turnListOptions = (filter: TurnFilter) =>
  infiniteQueryOptions({
    queryKey: keys.turnList(filter),
    queryFn: ({ pageParam, signal }) => fetchTurns(filter, pageParam, PAGE_SIZE, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    // The head is refreshed by live events; a refetch would read every page again.
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The new head before what was already read; without an overlap there may be a gap, so the head stands alone. */
export function mergeHead(read: TurnPage, head: TurnPage): TurnPage {
  const lastOfHead = head.items.at(-1);
  if (!lastOfHead || head.next == null) return head;
  const overlap = read.items.findIndex((turn) => turn.id === lastOfHead.id);
  if (overlap < 0) return head;
  return { items: [...head.items, ...read.items.slice(overlap + 1)], next: read.next };
}

const joined = (data: TurnPages): TurnPage => ({
  items: data.pages.flatMap((page) => page.items),
  next: data.pages.at(-1)?.next ?? null,
});

/** Refreshes the heads of the lists on the page; lists that nobody looks at are read anew when opened. */
export async function refreshTurnLists(cache: QueryClient): Promise<void> {
  const queries = cache.getQueryCache().findAll({ queryKey: ["turns", "list"] });
  for (const query of queries) {
    if (!query.isActive()) cache.removeQueries({ queryKey: query.queryKey, exact: true });
    else await refreshHead(cache, query);
  }
}

/** Lists whose head is being read, and whether it was asked for once more meanwhile. */
const refreshing = new WeakMap<Query, boolean>();

async function refreshHead(cache: QueryClient, query: Query): Promise<void> {
  const going = refreshing.has(query);
  refreshing.set(query, going);
  if (going) return;
  try {
    do {
      refreshing.set(query, false);
      await replaceHead(cache, query);
    } while (refreshing.get(query));
  } finally {
    refreshing.delete(query);
  }
}

/** A page that is on its way ends with the pages it began with: the head waits for it, and is read again after it. */
async function replaceHead(cache: QueryClient, query: Query): Promise<void> {
  const key = query.queryKey as ReturnType<typeof keys.turnList>;
  await query.promise?.catch(() => undefined);
  if (!query.state.data) return void cache.invalidateQueries({ queryKey: key });
  const head = await fetchTurns(key[2], null, PAGE_SIZE);
  if (query.state.fetchStatus === "fetching") refreshing.set(query, true);
  cache.setQueryData<TurnPages>(key, (data) =>
    data ? { pages: [mergeHead(joined(data), head)], pageParams: [null] } : data,
  );
}

/** Puts a turn's newest standing into every list that shows it. */
export function putTurn(cache: QueryClient, turn: FullTurn): void {
  cache.setQueryData(keys.turn(turn.id), turn);
  const put = (items: Turn[]) => items.map((each) => (each.id === turn.id ? turn : each));
  cache.setQueriesData<TurnPages>({ queryKey: ["turns", "list"] }, (data) =>
    data
      ? { ...data, pages: data.pages.map((page) => ({ ...page, items: put(page.items) })) }
      : data,
  );
  void refreshTurnLists(cache);
}

/** A turn that was just sent and has no id of the server yet. */
export const isExpected = (turn: Turn): boolean => turn.id.startsWith("expected-");
