/** Whether there is something to tell whoever comes back, and what of it first. Pure. */
import type { Away } from "@/api/types";

export const isNews = (away: Away): boolean =>
  away.answered + away.failed + away.cancelled > 0 || away.cost_micros > 0;

/** Failures first, then the busiest. */
export function byWeight(channels: Away["channels"]): Away["channels"] {
  return [...channels].sort(
    (a, b) =>
      b.failed - a.failed ||
      b.answered - a.answered ||
      (b.cost_micros ?? 0) - (a.cost_micros ?? 0) ||
      a.channel.localeCompare(b.channel),
  );
}
