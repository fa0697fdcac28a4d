/** What stands in an address after the question mark, read with distrust. */
import type { TurnState } from "@/api/types";

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
