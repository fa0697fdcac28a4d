/** A turn that runs: what was asked, how long, what it cost so far, and the line being written. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Turn } from "@/api/types";
import { Money } from "@/components/figures";
import { LastLine } from "@/components/log/LastLine";
import { TurnSign } from "@/components/Sign";
import { Elapsed } from "@/components/times";
import classes from "./TurnCard.module.css";

export function TurnCard({ turn }: { turn: Turn }) {
  const { t } = useTranslation();
  return (
    <article className={`card ${classes.card}`}>
      <TurnSign state={turn.state} bare />
      <div className={classes.text}>
        <p className={`one-line ${classes.title}`}>
          <Link to="/turns/$id" params={{ id: turn.id }} className={classes.cover}>
            <span className={classes.worker}>{turn.worker ?? turn.channel}</span>
            <span className="meta figure"> #{turn.number} </span>
            {turn.prompt_head}
          </Link>
        </p>
        <LastLine turnId={turn.id} />
      </div>
      <div className={classes.figures}>
        {turn.started_at ? <Elapsed from={turn.started_at} /> : null}
        <Money micros={turn.cost_micros} />
        {turn.attempts > 1 ? (
          <span className="meta">{t("turn.attempt", { number: turn.attempts })}</span>
        ) : null}
      </div>
    </article>
  );
}
