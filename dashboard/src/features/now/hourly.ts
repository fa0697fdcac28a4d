/** Sums by the hour, over the last twelve. Pure. */
const HOUR = 3_600_000;
export const HOURS = 12;

export function hourly<T>(
  items: readonly T[],
  at: (item: T) => number,
  weight: (item: T) => number,
  now: number,
): number[] {
  const first = Math.floor(now / HOUR) - HOURS + 1;
  const sums = Array.from({ length: HOURS }, () => 0);
  for (const item of items) {
    const place = Math.floor(at(item) / HOUR) - first;
    if (place >= 0 && place < HOURS) sums[place] = (sums[place] ?? 0) + weight(item);
  }
  return sums;
}
