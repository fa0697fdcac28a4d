/** Times: relative with the exact one on hover, elapsed that ticks, and how long something took. */
import { useMinutes, useSeconds } from "@/lib/clock";
import * as format from "@/lib/format";
import { useLocale } from "@/lib/i18n";

export function Ago({ at }: { at: string }) {
  const now = useMinutes();
  const locale = useLocale();
  const time = Date.parse(at);
  // The timer stands up to 15 s behind: what has just happened must not lie in the future.
  return (
    <time dateTime={at} title={format.exact(time, locale)} className="figure">
      {format.relative(time, Math.max(now, Math.min(time, now + 15_000)), locale)}
    </time>
  );
}

export function Until({ at }: { at: string }) {
  const now = useMinutes();
  const locale = useLocale();
  const time = Date.parse(at);
  return (
    <time dateTime={at} title={format.exact(time, locale)} className="figure">
      {format.clockTime(time, now, locale)}
    </time>
  );
}

/** Since `from`, ticking. */
export function Elapsed({ from }: { from: string }) {
  const now = useSeconds();
  return <span className="mono figure">{format.elapsed(now - Date.parse(from))}</span>;
}

/** How long until `to`; `0 s` once it is reached. */
export function Remaining({ to }: { to: string }) {
  const now = useSeconds();
  return <span className="mono figure">{format.elapsed(Date.parse(to) - now)}</span>;
}

export function Took({ from, to }: { from: string; to: string }) {
  const locale = useLocale();
  return (
    <span className="mono figure">
      {format.duration(Date.parse(to) - Date.parse(from), locale)}
    </span>
  );
}

export function Milliseconds({ value }: { value: number }) {
  return <span className="mono figure">{format.duration(value, useLocale())}</span>;
}
