/** One turn of a list: sign, number, what was asked, when, how long, what it cost. */
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { isExpected } from "@/api/turnLists";
import type { Turn } from "@/api/types";
import { Money } from "@/components/figures";
import { LastLine } from "@/components/log/LastLine";
import { TurnSign } from "@/components/Sign";
import { Ago, Elapsed, Took } from "@/components/times";
import { placeOf } from "@/lib/places";
import { plain } from "@/lib/plain";
import { turnTone } from "@/lib/signs";
import { TurnLink } from "./TurnLink";
import classes from "./TurnRow.module.css";

interface TurnRowProps {
  turn: Turn;
  worker?: boolean;
}

function TurnRowPlain({ turn, worker = false }: TurnRowProps) {
  const { t } = useTranslation();
  const content = (
    <>
      <TurnSign state={turn.state} bare />
      <span className={`meta figure ${classes.number}`}>
        {turn.number ? `#${turn.number}` : ""}
      </span>
      <span className={`one-line ${classes.what}`}>
        {worker ? <strong className={classes.worker}>{placeOf(turn)} </strong> : null}
        {turn.prompt_head || <span className="meta">{t("turn.noPrompt")}</span>}
      </span>
      <span className={`one-line meta ${classes.second}`}>
        {isExpected(turn) ? t("turn.sending") : <Second turn={turn} />}
      </span>
      <span className={`meta ${classes.when}`}>
        <Ago at={turn.finished_at ?? turn.received_at} />
      </span>
      <span className={`meta ${classes.took}`}>
        <Lasted turn={turn} />
      </span>
      <span className={`meta ${classes.cost}`}>
        {turn.started_at ? <Money micros={turn.cost_micros} /> : null}
      </span>
    </>
  );
  if (isExpected(turn)) return <div className={classes.row}>{content}</div>;
  return (
    <TurnLink turn={turn} className={classes.row}>
      {content}
    </TurnLink>
  );
}

/** A long history is scrolled past: a row that did not change is not drawn again. */
export const TurnRow = memo(TurnRowPlain);

/** Under what was asked: what is being written, why it failed, how the answer begins, or how it stands. */
function Second({ turn }: { turn: Turn }) {
  const { t } = useTranslation();
  if (turn.state === "running") return <LastLine turnId={turn.id} />;
  if (turn.failure) {
    return (
      <span data-tone={turnTone(turn.state)} className={classes.failure}>
        {turn.failure.message}
      </span>
    );
  }
  return turn.answer_head ? plain(turn.answer_head) : t(`turnState.${turn.state}`);
}

function Lasted({ turn }: { turn: Turn }) {
  if (!turn.started_at) return null;
  if (turn.finished_at) return <Took from={turn.started_at} to={turn.finished_at} />;
  return turn.state === "running" ? <Elapsed from={turn.started_at} /> : null;
}
