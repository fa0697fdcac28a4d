/** A turn that runs: what was asked, how long, what it cost so far, and the line being written. */
import { useTranslation } from "react-i18next";
import type { Turn } from "@/api/types";
import { Money } from "@/components/figures";
import { LastLine } from "@/components/log/LastLine";
import { TurnSign } from "@/components/Sign";
import { Elapsed, Remaining } from "@/components/times";
import { placeOf } from "@/lib/places";
import { turnTone } from "@/lib/signs";
import classes from "./TurnCard.module.css";
import { TurnLink } from "./TurnLink";

export function TurnCard({ turn }: { turn: Turn }) {
  const { t } = useTranslation();
  return (
    <article data-tone={turnTone(turn.state)} className={`card ${classes.card}`}>
      <TurnSign state={turn.state} bare />
      <div className={classes.text}>
        <p className={`one-line ${classes.title}`}>
          <TurnLink turn={turn} className={classes.cover}>
            <span className={classes.worker}>{placeOf(turn)}</span>
            <span className="meta figure"> #{turn.number} </span>
            {turn.prompt_head}
          </TurnLink>
        </p>
        {turn.state === "running" || !turn.failure ? (
          <LastLine turnId={turn.id} />
        ) : (
          <p className={`one-line ${classes.reason}`}>{turn.failure.message}</p>
        )}
      </div>
      <div className={classes.figures}>
        {turn.started_at ? <Elapsed from={turn.started_at} /> : null}
        <Money micros={turn.cost_micros} />
        {turn.retry_at ? (
          <span className="meta">
            {t("failure.next")} <Remaining to={turn.retry_at} />
          </span>
        ) : turn.attempts > 1 ? (
          <span className="meta">{t("turn.attempt", { number: turn.attempts })}</span>
        ) : null}
      </div>
    </article>
  );
}
