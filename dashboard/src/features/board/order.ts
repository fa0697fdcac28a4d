/** Cards in their columns, and where a moved one goes. Pure. */
import type { CardColumn, CardMove, CardSummary, RunSummary } from "@/api/types";

/** Where to; which version it was looked at goes beside it. */
export type CardPlace = Omit<CardMove, "version">;
type Placed = Pick<CardSummary, "id" | "column" | "rank" | "number">;

const byRank = (a: Placed, b: Placed): number =>
  a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.number - b.number;

/** Cards of each column, in their order. */
export function inColumns<T extends Placed>(
  cards: readonly T[],
  columns: readonly CardColumn[],
): Map<CardColumn, T[]> {
  const found = new Map<CardColumn, T[]>(columns.map((column) => [column, []]));
  for (const card of cards) found.get(card.column)?.push(card);
  for (const list of found.values()) list.sort(byRank);
  return found;
}

/** Where a card comes to stand when it is put at `index` among `there`, of which it may be one. */
export function placeAt<T extends Placed>(
  card: Placed,
  column: CardColumn,
  there: readonly T[],
  index: number,
): CardPlace & { rank: string } {
  const others = there.filter((each) => each.id !== card.id);
  const [before, after] = [others[index], others[index - 1]];
  // Sorts behind the one before it and in front of whatever the server will ever put there.
  const rank = `${after?.rank ?? ""}!`;
  if (before) return { column, before: before.id, rank };
  return after ? { column, after: after.id, rank } : { column, rank };
}

/** Whether it would stand where it stands already. */
export function isSamePlace<T extends Placed>(
  card: Placed,
  column: CardColumn,
  there: readonly T[],
  index: number,
): boolean {
  return card.column === column && there.findIndex((each) => each.id === card.id) === index;
}

/** The way back: to where it stood before it was moved. */
export function placeOf<T extends Placed>(card: Placed, there: readonly T[]): CardPlace {
  const at = there.findIndex((each) => each.id === card.id);
  const { rank: _, ...place } = placeAt(card, card.column, there, at);
  return place;
}

type Queued = Pick<RunSummary, "wait" | "queuedAt" | "id">;

/** Which place a run has among those that wait for their turn: 1 is the next. */
export function queuePlace(run: Queued, all: readonly { run: Queued | null }[]): number {
  const first = (a: Queued, b: Queued) =>
    a.queuedAt < b.queuedAt || (a.queuedAt === b.queuedAt && a.id < b.id);
  return all.filter(({ run: each }) => each?.wait === "wip" && first(each, run)).length + 1;
}
