/** A number over time, in the space of a word. The table of its values is what screen readers get. */
import classes from "./Sparkline.module.css";

interface SparklineProps {
  values: readonly number[];
  label: string;
  tone?: "running" | "failed" | "done" | "idle";
}

const WIDTH = 120;
const HEIGHT = 28;

export function Sparkline({ values, label, tone = "running" }: SparklineProps) {
  const most = Math.max(...values);
  const step = WIDTH / Math.max(values.length, 1);
  return (
    <svg
      role="img"
      aria-label={`${label}: ${values.join(", ")}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={classes.sparkline}
      data-tone={tone}
    >
      {values.map((value, index) => {
        const height = value === 0 ? 1 : Math.max(2, (value / most) * HEIGHT);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place in time
            key={index}
            className={value === 0 ? classes.none : undefined}
            x={index * step + 0.5}
            y={HEIGHT - height}
            width={Math.max(step - 1.5, 1)}
            height={height}
            rx={1}
          />
        );
      })}
    </svg>
  );
}
