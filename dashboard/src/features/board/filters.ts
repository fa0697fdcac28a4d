/** Which cards are shown, as it stands in the address. Pure. */
import type { CardSummary, Priority } from "@/api/types";
import { readText } from "@/lib/addresses";
import { PRIORITIES, RUN_STATES, waitsForPerson } from "./stages";

export const SHOWN_STATES = ["you", ...RUN_STATES, "never"] as const;
/** `you`: waits for a person; `never`: has not run; else the state of the newest run. */
export type ShownState = (typeof SHOWN_STATES)[number];

export interface CardFilter {
  q?: string | undefined;
  label?: readonly string[] | undefined;
  priority?: readonly Priority[] | undefined;
  state?: readonly ShownState[] | undefined;
}

const few = <T extends string>(value: unknown, known?: readonly T[]): readonly T[] | undefined => {
  const all = Array.isArray(value) ? value : value === undefined ? [] : [value];
  const found = all
    .filter((each) => typeof each === "string" || typeof each === "number")
    .map((each) => String(each) as T)
    .filter((each) => each !== "" && (!known || known.includes(each)));
  return found.length > 0 ? [...new Set(found)] : undefined;
};

export const readFilter = (search: Record<string, unknown>): CardFilter => ({
  q: readText(search.q),
  label: few(search.label),
  priority: few(search.priority, PRIORITIES),
  state: few(search.state, SHOWN_STATES),
});

export const isFiltered = ({ q, label, priority, state }: CardFilter): boolean =>
  Boolean(q || label || priority || state);

function isInState(card: CardSummary, state: ShownState): boolean {
  if (!card.run) return state === "never";
  if (state === "you") return waitsForPerson(card.run);
  return card.run.status === state;
}

/** All but the words, which the server looks for: it knows the descriptions as well. */
export function matches(card: CardSummary, { label, priority, state }: CardFilter): boolean {
  return (
    (!label || label.every((each) => card.labels.includes(each))) &&
    (!priority || priority.includes(card.priority)) &&
    (!state || state.some((each) => isInState(card, each)))
  );
}

/** All labels in use, the most used first. */
export function labelsOf(cards: readonly CardSummary[]): string[] {
  const counts = new Map<string, number>();
  for (const card of cards)
    for (const label of card.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).map(([label]) => label);
}

/** On or off. */
export function toggled<T extends string>(
  chosen: readonly T[] | undefined,
  value: T,
): readonly T[] | undefined {
  const next = chosen?.includes(value)
    ? chosen.filter((each) => each !== value)
    : [...(chosen ?? []), value];
  return next.length > 0 ? next : undefined;
}
