/** Which call comes up after one was decided: the one behind it, at the end the one before. Pure. */
export function nextOf<T extends { id: string }>(open: readonly T[], id: string): T | undefined {
  const at = open.findIndex((call) => call.id === id);
  return open[at + 1] ?? open[at - 1];
}
