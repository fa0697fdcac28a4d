/** The turn a worker is at: what was asked, its figures, and its log as it grows. */
import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Turn } from "@/api/types";
import { Money } from "@/components/figures";
import { LogView } from "@/components/log/LogView";
import { Said } from "@/components/Said";
import { TurnSign } from "@/components/Sign";
import { Elapsed, Remaining } from "@/components/times";
import { turnTone } from "@/lib/signs";
import classes from "./LiveTurn.module.css";
import { TurnButtons } from "./TurnButtons";

export function LiveTurn({ turn }: { turn: Turn }) {
  const { t } = useTranslation();
  return (
    <div className={classes.live}>
      <div className={classes.head}>
        <TurnSign state={turn.state} />
        <span className={`one-line ${classes.title}`} title={turn.prompt_head}>
          <span className="meta figure">#{turn.number}</span> {turn.prompt_head}
        </span>
        <span className={classes.figures}>
          {turn.started_at ? <Elapsed from={turn.started_at} /> : null}
          <Money micros={turn.cost_micros} />
        </span>
        <TurnButtons turn={turn} />
        <Anchor component={Link} to={`/turns/${turn.id}`} size="sm">
          {t("turn.open")}
        </Anchor>
      </div>
      {turn.failure ? (
        <p data-tone={turnTone(turn.state)} className={classes.reason}>
          <Said text={turn.failure.message} />{" "}
          {turn.retry_at ? (
            <>
              {t("failure.next")} <Remaining to={turn.retry_at} />
            </>
          ) : null}
        </p>
      ) : null}
      <LogView turnId={turn.id} running compact />
    </div>
  );
}
