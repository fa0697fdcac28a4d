/** A number over time, large enough to be read: bars with their scale. What screen readers get is the list of values. */
import classes from "./Bars.module.css";

export interface Bar {
  key: string;
  value: number;
  /** What is said of this bar on hover and to screen readers. */
  label: string;
  /** A value that is not yet whole, or not wholly known. */
  open?: boolean;
}

interface BarsProps {
  label: string;
  bars: readonly Bar[];
  /** The scale's upper end, in words. */
  most: string;
  first: string;
  last: string;
}

export function Bars({ label, bars, most, first, last }: BarsProps) {
  const highest = Math.max(...bars.map((bar) => bar.value), 0);
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span className="meta">{label}</span>
        <span className="meta figure">{most}</span>
      </figcaption>
      <div
        role="img"
        aria-label={`${label}: ${bars.map((bar) => bar.label).join("; ")}`}
        className={classes.bars}
      >
        {bars.map((bar) => (
          <span key={bar.key} className={classes.place} title={bar.label}>
            <span
              className={classes.bar}
              data-open={bar.open || undefined}
              data-none={bar.value === 0 || undefined}
              style={{ height: highest ? `${(bar.value / highest) * 100}%` : undefined }}
            />
          </span>
        ))}
      </div>
      <div className={classes.caption} aria-hidden>
        <span className="meta figure">{first}</span>
        <span className="meta figure">{last}</span>
      </div>
    </figure>
  );
}
