/** What a record says in one line. Pure. */
import type { AuditEntry } from "@/api/types";

const TELLING = [
  "tool",
  "answer",
  "verdict",
  "decision",
  "state",
  "scope",
  "name",
  "model",
  "rule",
  "kind",
  "subject",
  "on_ask",
  "reason",
] as const;

export function summary({ channel, details }: AuditEntry): string {
  const said = TELLING.map((name) => details[name])
    .filter((value): value is string => typeof value === "string" && value !== "")
    .slice(0, 3);
  return [channel, ...said].filter(Boolean).join(" · ");
}
