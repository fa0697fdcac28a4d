/** Boards hold many cards: what changed is read alone and put where it stands, not the whole board anew. */
import type { QueryClient } from "@tanstack/react-query";
import { ApiError, ask, client } from "@/lib/client";
import { keys } from "./keys";
import type { Card, CardSummary } from "./types";

/** So many at once are read one by one; more are a reason to read their boards. */
const ONE_BY_ONE = 12;

/** The number of each card's newest reading: an answer that was overtaken is not put in. */
const readings = new Map<string, number>();

export const fetchCard = (key: string, signal?: AbortSignal): Promise<Card> =>
  ask(client.GET("/api/cards/{id}", { params: { path: { id: key } }, signal: signal ?? null }));

/** Changed cards, by key. */
export async function refreshCards(cache: QueryClient, changed: readonly string[]): Promise<void> {
  void cache.invalidateQueries({ queryKey: ["cards", "found"] });
  void cache.invalidateQueries({ queryKey: ["runs"] });
  for (const key of changed) void cache.invalidateQueries({ queryKey: keys.card(key) });
  const lists = cache.getQueryCache().findAll({ queryKey: ["cards", "of"] });
  for (const { queryKey } of lists.filter((list) => !list.isActive()))
    cache.removeQueries({ queryKey, exact: true });
  const active = lists.filter((list) => list.isActive());
  if (active.length === 0) return;
  // A list that is being read may end with what was so before.
  const reading = active.some((list) => list.state.fetchStatus === "fetching");
  if (reading || changed.length > ONE_BY_ONE) {
    await cache.invalidateQueries({ queryKey: ["cards", "of"] });
    return;
  }
  await Promise.all(changed.map((key) => readOne(cache, key)));
}

async function readOne(cache: QueryClient, key: string): Promise<void> {
  const number = (readings.get(key) ?? 0) + 1;
  readings.set(key, number);
  try {
    const card = await fetchCard(key);
    if (readings.get(key) === number) putCard(cache, card);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) dropCard(cache, key);
    else throw error;
  }
}

/** Puts a card's newest standing into its board's list. */
export function putCard(cache: QueryClient, card: CardSummary): void {
  cache.setQueryData<CardSummary[]>(keys.cardsOf(card.board), (cards) => {
    if (!cards) return cards;
    const at = cards.findIndex((each) => each.id === card.id);
    return at < 0 ? [...cards, card] : cards.with(at, card);
  });
}

export function dropCard(cache: QueryClient, key: string): void {
  cache.setQueriesData<CardSummary[]>({ queryKey: ["cards", "of"] }, (cards) =>
    cards?.filter((card) => card.key !== key),
  );
}
