/** The reasons among letters, the most frequent first. Pure. */
import type { DeadLetter } from "@/api/types";

export function countKinds(
  letters: readonly DeadLetter[],
  chosen?: string,
): [kind: string, count: number][] {
  const counts = new Map<string, number>(chosen ? [[chosen, 0]] : []);
  for (const { failure } of letters) counts.set(failure.kind, (counts.get(failure.kind) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}
