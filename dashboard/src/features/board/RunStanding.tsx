/** How a card's newest run stands, in one line: sign, stage, time, cost, or what it waits for. */
import { useTranslation } from "react-i18next";
import type { RunSummary } from "@/api/types";
import { Money } from "@/components/figures";
import { Shape, Sign } from "@/components/Sign";
import { Elapsed, Took } from "@/components/times";
import { HoldWord } from "./HoldNotice";
import { holdTone, useHold } from "./holds";
import classes from "./RunStanding.module.css";
import { runTone, type Standing, standingWord } from "./stages";

export function RunSign({ run, bare = false }: { run: Standing; bare?: boolean }) {
  const { t } = useTranslation();
  return <Sign tone={runTone(run)} label={t(`standing.${standingWord(run)}`)} bare={bare} />;
}

export function RunTime({ run }: { run: RunSummary }) {
  if (!run.startedAt) return null;
  if (run.completedAt) return <Took from={run.startedAt} to={run.completedAt} />;
  return <Elapsed from={run.startedAt} />;
}

/** While it runs and nothing is booked yet, there is nothing to say. */
export function RunCost({ run }: { run: RunSummary }) {
  if (!run.startedAt || (run.isActive && run.costMicros === null)) return null;
  return <Money micros={run.costMicros} />;
}

interface RunStandingProps {
  run: RunSummary;
  channel: string;
  /** Its place among those that wait for their turn. */
  place: number;
  /** A call of its agent waits for a person. */
  asks: boolean;
}

export function RunStanding({ run, channel, place, asks }: RunStandingProps) {
  const { t } = useTranslation();
  const word = standingWord(run);
  const hold = useHold(channel, run);
  const tone = asks ? "waiting" : hold ? holdTone(hold) : runTone(run);
  const stage = t(`stage.${run.stage}`);
  return (
    <span className={classes.standing}>
      <span className={classes.word} data-tone={tone}>
        <Shape tone={tone} size={12} />
        <span className="one-line">
          {asks ? (
            t("card.asks")
          ) : hold ? (
            <HoldWord hold={hold} />
          ) : (
            <Said run={run} place={place} word={word} stage={stage} />
          )}
        </span>
      </span>
      <span className={`meta ${classes.figures}`}>
        <RunTime run={run} />
        <RunCost run={run} />
      </span>
    </span>
  );
}

interface SaidProps {
  run: RunSummary;
  place: number;
  word: ReturnType<typeof standingWord>;
  stage: string;
}

function Said({ run, place, word, stage }: SaidProps) {
  const { t } = useTranslation();
  if (run.cancelRequested && run.isActive) return t("card.cancelling");
  if (word === "running" || word === "failed")
    return word === "running" ? stage : t("card.failedAt", { stage });
  if (word === "cancelled" && run.endedBy) return t("card.cancelledBy", { who: run.endedBy });
  if ((word === "merged" || word === "discarded") && run.settledBy)
    return `${t(`standing.${word}`)} ${t("card.by", { who: run.settledBy })}`;
  if (word !== "queued" && word !== "held") return t(`standing.${word}`);
  if (run.wait === "dependencies") return t("card.waitsFor", { cards: run.waitsOn.join(", ") });
  if (run.wait === "stage_wip") return t("card.waitsForStage", { stage });
  return t("card.inLine", { place });
}
