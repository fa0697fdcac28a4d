/** Calls in their order: which can be decided, and which comes up after one was. Pure. */
import type { ApprovalSummary } from "@/api/types";

export const isOpen = ({ state }: Pick<ApprovalSummary, "state">): boolean =>
  state === "pending" || state === "unknown";

/** The one behind it, at the end the one before. */
export function nextOf<T extends { id: string }>(open: readonly T[], id: string): T | undefined {
  const at = open.findIndex((call) => call.id === id);
  return open[at + 1] ?? open[at - 1];
}
