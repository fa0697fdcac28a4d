/** The one sentence that says whether all is well. */
import { useTranslation } from "react-i18next";
import type { Status } from "@/api/types";
import { Money } from "@/components/figures";
import { Shape } from "@/components/Sign";
import type { Tone } from "@/lib/signs";
import classes from "./StatusLine.module.css";

export interface Held {
  stopped: number;
  parked: number;
}

/** What a person should look at comes before what merely waits. */
function judge(
  status: Status,
  held: Held,
  forYou: number,
): { tone: Tone; head: "suspended" | "stopped" | "dead" | "waiting" | "parked" | "well" } {
  if (status.suspended) return { tone: "waiting", head: "suspended" };
  if (held.stopped > 0) return { tone: "waiting", head: "stopped" };
  if (forYou > 0) return { tone: "waiting", head: "waiting" };
  if (status.counts.dead > 0) return { tone: "failed", head: "dead" };
  if (held.parked > 0) return { tone: "parked", head: "parked" };
  return { tone: "done", head: "well" };
}

interface StatusLineProps {
  status: Status;
  held: Held;
  /** Cards whose plan is to be read, or whose change is to be merged. */
  cardsForYou: number;
}

export function StatusLine({ status, held, cardsForYou }: StatusLineProps) {
  const { t } = useTranslation();
  const { running, queued, dead, approvals } = status.counts;
  const forYou = approvals + cardsForYou;
  const { tone, head } = judge(status, held, forYou);
  const counts = {
    stopped: held.stopped,
    dead,
    waiting: forYou,
    parked: held.parked,
    well: 0,
    suspended: 0,
  };
  return (
    <p className={classes.line} data-tone={tone}>
      <Shape tone={tone} size={18} />
      <strong>{t(`status.${head}`, { count: counts[head] })}</strong>
      <span>{t("status.running", { count: running })}</span>
      {queued > 0 ? <span>{t("status.queued", { count: queued })}</span> : null}
      <span>
        <Money micros={status.today.cost_micros} /> {t("status.today")}
      </span>
    </p>
  );
}
