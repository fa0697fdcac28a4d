/** Days and ranges of them, as `2026-03-01`, without a clock or a time zone. Pure. */
export interface Range {
  since: string;
  until: string;
}

const DAY = 86_400_000;
/** More bars than this say nothing. */
const MOST = 120;

export const LENGTHS = ["1", "7", "30", "90"] as const;
export type Length = (typeof LENGTHS)[number];

const time = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The last `length` days, `today` included. */
export function lastDays(today: string, length: number): Range {
  return { since: dayOf(time(today) - (length - 1) * DAY), until: today };
}

/** Which of the lengths on offer a range is. */
export function lengthOf(range: Range, today: string): Length | undefined {
  return LENGTHS.find((each) => {
    const last = lastDays(today, Number(each));
    return last.since === range.since && last.until === range.until;
  });
}

/** Every day of the range, oldest first, also those on which nothing was spent. */
export function daysOf(range: Range): string[] {
  const count = Math.round((time(range.until) - time(range.since)) / DAY) + 1;
  const first = Math.max(0, count - MOST);
  return Array.from({ length: Math.max(0, count) - first }, (_, index) =>
    dayOf(time(range.since) + (first + index) * DAY),
  );
}

/** A day as people of a locale write it. */
export function dayText(day: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: "short",
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  }).format(time(day));
}
