/** How a day's spending stands against its budget. Pure. */
import type { SpendToday } from "@/api/types";
import type { Tone } from "@/lib/signs";

export interface Standing {
  /** 0 to 1 and beyond; null: there is no budget. */
  ratio: number | null;
  tone: Tone;
  /** The day will end over its budget if it goes on like this. */
  willExceed: boolean;
}

export function standingOf(today: SpendToday): Standing {
  const { used_ratio: ratio, warn_percent, budget_micros, budget_tokens, forecast } = today;
  const over = (limit: number | null, will: number) => limit !== null && will > limit;
  const willExceed =
    over(budget_micros, forecast.cost_micros) || over(budget_tokens, forecast.tokens);
  if (ratio === null) return { ratio, tone: "idle", willExceed };
  const tone = ratio >= 1 ? "failed" : ratio * 100 >= warn_percent ? "waiting" : "done";
  return { ratio, tone, willExceed };
}
