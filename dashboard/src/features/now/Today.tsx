/** The day in figures, each with its course over the hours. */
import { useTranslation } from "react-i18next";
import type { Status, Turn } from "@/api/types";
import { Count, Money } from "@/components/figures";
import { Sparkline } from "@/components/Sparkline";
import { useMinutes } from "@/lib/clock";
import { hourly } from "./hourly";
import classes from "./Today.module.css";

export function Today({ status, turns }: { status: Status; turns: readonly Turn[] }) {
  const { t } = useTranslation();
  const now = useMinutes();
  const ended = turns.filter((turn) => turn.finished_at !== null);
  const at = (turn: Turn) => Date.parse(turn.finished_at ?? "");
  const answered = hourly(
    ended.filter((turn) => turn.state === "answered"),
    at,
    () => 1,
    now,
  );
  const failed = hourly(
    ended.filter((turn) => turn.state === "failed"),
    at,
    () => 1,
    now,
  );
  const cost = hourly(ended, at, (turn) => (turn.cost_micros ?? 0) / 1_000_000, now);
  const { today } = status;
  return (
    <div className={classes.figures}>
      <Figure label={t("today.answered")} value={<Count value={today.answered} />}>
        <Sparkline values={answered} label={t("today.byHour")} tone="done" />
      </Figure>
      <Figure label={t("today.failed")} value={<Count value={today.failed} />}>
        <Sparkline values={failed} label={t("today.byHour")} tone="failed" />
      </Figure>
      <Figure
        label={t("today.cost")}
        value={<Money micros={today.cost_micros} />}
        note={
          today.unknown_cost_calls > 0
            ? t("today.unknownCalls", { count: today.unknown_cost_calls })
            : undefined
        }
      >
        <Sparkline
          values={cost.map((value) => Number(value.toFixed(4)))}
          label={t("today.byHour")}
        />
      </Figure>
    </div>
  );
}

interface FigureProps {
  label: string;
  value: React.ReactNode;
  note?: string | undefined;
  children: React.ReactNode;
}

function Figure({ label, value, note, children }: FigureProps) {
  return (
    <div className={`card ${classes.figure}`}>
      <div>
        <p className="meta">{label}</p>
        <p className={classes.value}>{value}</p>
        {note ? <p className="meta">{note}</p> : null}
      </div>
      <div className={classes.course}>{children}</div>
    </div>
  );
}
