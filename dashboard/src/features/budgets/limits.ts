/** What a budget's form holds, what of it can be sent, and whether it lets more through than before. Pure. */
import type { Budget, BudgetWish } from "@/api/types";
import type { Tone } from "@/lib/signs";

export interface Draft {
  dollars: number | "";
  tokens: number | "";
  warn: number | "";
}

const MICROS = 1_000_000;

export const draftOf = (budget: Budget | undefined): Draft => ({
  dollars: budget?.micros == null ? "" : budget.micros / MICROS,
  tokens: budget?.tokens ?? "",
  warn: budget?.warn_percent ?? 80,
});

export const wishOf = (draft: Draft): BudgetWish => ({
  micros: draft.dollars === "" ? null : Math.round(draft.dollars * MICROS),
  tokens: draft.tokens === "" ? null : Math.round(draft.tokens),
  warn_percent: draft.warn === "" ? null : Math.round(draft.warn),
});

type Limits = Pick<BudgetWish, "micros" | "tokens">;
export type Change = "raised" | "lowered" | "both" | "same";

/** No limit is more than any limit. */
export function changeOf(before: Limits, after: Limits): Change {
  const of = (limit: number | null | undefined) => limit ?? Number.POSITIVE_INFINITY;
  const raised = of(after.micros) > of(before.micros) || of(after.tokens) > of(before.tokens);
  const lowered = of(after.micros) < of(before.micros) || of(after.tokens) < of(before.tokens);
  if (raised && lowered) return "both";
  return raised ? "raised" : lowered ? "lowered" : "same";
}

export function toneOf(budget: Budget): Tone {
  if (budget.used_ratio === null) return "idle";
  if (budget.used_ratio >= 1) return "failed";
  return budget.used_ratio * 100 >= budget.warn_percent ? "waiting" : "done";
}
