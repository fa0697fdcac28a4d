/** What stands in an address after the question mark, read with distrust. */
import type { SpendGroup, TurnState } from "@/api/types";

const STATES = new Set<string>([
  "queued",
  "running",
  "waiting",
  "parked",
  "answered",
  "failed",
  "cancelled",
] satisfies TurnState[]);

export function readState(value: unknown): TurnState | undefined {
  return typeof value === "string" && STATES.has(value) ? (value as TurnState) : undefined;
}

/** A search for `42` arrives as a number. */
export function readText(value: unknown): string | undefined {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  return text || undefined;
}

export function readLine(value: unknown): number | undefined {
  const line = Number(value);
  return value !== undefined && Number.isInteger(line) && line >= 0 ? line : undefined;
}

const GROUPS = new Set<string>(["day", "channel", "model", "agent", "turn"] satisfies SpendGroup[]);

function readGroup(value: unknown): SpendGroup | undefined {
  return typeof value === "string" && GROUPS.has(value) ? (value as SpendGroup) : undefined;
}

/** `2026-03-01`, and a day that there is. */
export function readDay(value: unknown): string | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const time = Date.parse(`${value}T00:00:00Z`);
  const same = !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
  return same ? value : undefined;
}

type Search = Record<string, unknown>;

export interface SpendSearch {
  by?: SpendGroup | undefined;
  since?: string | undefined;
  until?: string | undefined;
  channel?: string | undefined;
}

export const readSpend = (search: Search): SpendSearch => ({
  by: readGroup(search.by),
  since: readDay(search.since),
  until: readDay(search.until),
  channel: readText(search.channel),
});

export interface KindSearch {
  kind?: string | undefined;
  channel?: string | undefined;
}

export const readKind = (search: Search): KindSearch => ({
  kind: readText(search.kind),
  channel: readText(search.channel),
});

export interface AuditSearch {
  what?: string | undefined;
  by?: string | undefined;
  channel?: string | undefined;
  turn?: string | undefined;
}

export const readAudit = (search: Search): AuditSearch => ({
  what: readText(search.what),
  by: readText(search.by),
  channel: readText(search.channel),
  turn: readText(search.turn),
});

/** The two turns that stand side by side. */
export const readCompared = (
  search: Search,
): { a?: string | undefined; b?: string | undefined } => ({
  a: readText(search.a),
  b: readText(search.b),
});

export const readShown = (search: Search): { show?: "decided" | undefined } =>
  search.show === "decided" ? { show: "decided" } : {};
