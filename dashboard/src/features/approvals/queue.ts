/** Which call comes up next. Pure. */
interface Call {
  id: string;
}

/** The one asked for if it still waits, else the one that took its place, else the first. */
export function inHand<T extends Call>(
  open: readonly T[],
  id: string | undefined,
  place: number,
): T | undefined {
  if (id) return open.find((call) => call.id === id);
  return open[Math.min(place, open.length - 1)] ?? open[0];
}

/** After deciding: the one behind, at the end the one before. */
export function nextOf<T extends Call>(open: readonly T[], id: string): T | undefined {
  const at = open.findIndex((call) => call.id === id);
  return open[at + 1] ?? open[at - 1];
}
