/** Numbers, money, tokens, durations and times as people of a locale read them. Pure. */

/** Making a format costs a thousand times what using it does: each is made once. */
function kept<Options extends object, Format>(
  Made: new (locale: string, options: Options) => Format,
): (locale: string, options: Options) => Format {
  const formats = new Map<string, Format>();
  return (locale, options) => {
    const key = locale + JSON.stringify(options);
    let format = formats.get(key);
    if (!format) {
      format = new Made(locale, options);
      formats.set(key, format);
    }
    return format;
  };
}

const numberFormat = kept<Intl.NumberFormatOptions, Intl.NumberFormat>(Intl.NumberFormat);
const timeFormat = kept<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>(Intl.DateTimeFormat);
const agoFormat = kept<Intl.RelativeTimeFormatOptions, Intl.RelativeTimeFormat>(
  Intl.RelativeTimeFormat,
);

/** `$0.0421` under a dollar, `$12.40` above; `$0.00` for nothing. */
export function money(micros: number, locale: string): string {
  const dollars = micros / 1_000_000;
  const digits = dollars !== 0 && Math.abs(dollars) < 0.99995 ? 4 : 2;
  return numberFormat(locale, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(dollars);
}

/** `$0.25`, `$15.00`; only what needs more digits has them: `$0.0375`. */
export function price(micros: number, locale: string): string {
  return numberFormat(locale, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    maximumFractionDigits: 6,
  }).format(micros / 1_000_000);
}

/** `950`, `12.3k`, `1.2M`. */
export function tokens(count: number, locale: string): string {
  const scaled = (value: number, unit: string) =>
    numberFormat(locale, { maximumFractionDigits: 1 }).format(value) + unit;
  if (count < 1000) return String(count);
  return count < 999_950 ? scaled(count / 1000, "k") : scaled(count / 1_000_000, "M");
}

export function count(value: number, locale: string): string {
  return numberFormat(locale, {}).format(value);
}

/** `80%` of a share of 0.8. */
export function percent(share: number, locale: string): string {
  return numberFormat(locale, { style: "percent" }).format(share);
}

/** `0.4 s`, `12 s`, `3 m 12 s`, `1 h 04 m`, `2 d 3 h`. */
export function duration(milliseconds: number, locale: string): string {
  const total = Math.max(0, milliseconds) / 1000;
  if (total < 9.95) {
    const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    return `${numberFormat(locale, digits).format(total)} s`;
  }
  return wholeSeconds(Math.round(total));
}

/** The same in whole seconds, for a figure that ticks. */
export function elapsed(milliseconds: number): string {
  return wholeSeconds(Math.floor(Math.max(0, milliseconds) / 1000));
}

function wholeSeconds(total: number): string {
  const [days, hours] = [Math.floor(total / 86_400), Math.floor(total / 3600) % 24];
  const [minutes, seconds] = [Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${two(minutes)} m`;
  return minutes > 0 ? `${minutes} m ${two(seconds)} s` : `${seconds} s`;
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** `5 minutes ago`, `in 2 hours`; the closest quarter of a minute counts as now. */
export function relative(at: number, now: number, locale: string): string {
  const format = agoFormat(locale, { numeric: "auto", style: "narrow" });
  const seconds = (at - now) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return Math.abs(seconds) < 15
    ? format.format(0, "second")
    : format.format(Math.trunc(seconds), "second");
}

/** The exact time, to the second. */
export function exact(at: number, locale: string): string {
  return timeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "medium",
    hourCycle: "h23",
  }).format(at);
}

/** `14:20` today, `Sat 14:20` within a week, else with the date: for "until …". */
export function clockTime(at: number, now: number, locale: string): string {
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  if (sameDay) return timeFormat(locale, time).format(at);
  const near = Math.abs(at - now) < 6 * 86_400_000;
  const day: Intl.DateTimeFormatOptions = near
    ? { weekday: "short" }
    : { day: "numeric", month: "short" };
  return timeFormat(locale, { ...day, ...time }).format(at);
}

/** `14:20:07`: the margin of a log. */
export function logTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
