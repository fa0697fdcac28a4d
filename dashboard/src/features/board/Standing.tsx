/** How a card's newest run stands, why, and the buttons for what a person can do about it. */
import { Button, Group } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Board, Card, CardSummary, RunSummary } from "@/api/types";
import { LiveLine } from "@/components/log/LastLine";
import { Shape } from "@/components/Sign";
import { Ago } from "@/components/times";
import { openApprovalsOptions } from "@/features/approvals/api";
import { runOptions } from "./api";
import { HoldNotice } from "./HoldNotice";
import { holdTone, useHold } from "./holds";
import { queuePlace } from "./order";
import { RunButtons } from "./RunButtons";
import { RunCost, RunTime } from "./RunStanding";
import classes from "./Standing.module.css";
import { lastSaid, runTone, type StandingWord, standingWord } from "./stages";
import type { CardTab } from "./tabs";

interface StandingProps {
  card: Card;
  board: Board;
  cards: readonly CardSummary[];
  onTab: (tab: CardTab, run?: string) => void;
}

/** Where the stage at which it stands says something. */
const STOPS: ReadonlySet<string> = new Set<StandingWord | "never">([
  "running",
  "held",
  "stuck",
  "failed",
  "cancelled",
]);

export function Standing({ card, board, cards, onTab }: StandingProps) {
  const { t } = useTranslation();
  const { run } = card;
  const hold = useHold(card.channel, run);
  const tone = hold ? holdTone(hold) : run ? runTone(run) : "idle";
  const word = run ? standingWord(run) : "never";
  return (
    <section className={classes.standing} data-tone={tone} aria-label={t("card.standing")}>
      <p className={classes.head}>
        <Shape tone={tone} size={16} />
        <strong>{t(`standing.${word}`)}</strong>
        {run && STOPS.has(word) ? <span>{t(`stage.${run.stage}`)}</span> : null}
        {run ? (
          <span className={`meta ${classes.figures}`}>
            <RunTime run={run} /> <RunCost run={run} />
          </span>
        ) : null}
      </p>
      {run ? <Reason card={card} run={run} cards={cards} board={board} /> : null}
      {run?.status === "running" ? (
        <button type="button" className={classes.line} onClick={() => onTab("log")}>
          <LiveLine channel={card.channel} before={lastSaid(run)} />
        </button>
      ) : null}
      {hold ? <HoldNotice hold={hold} channel={card.channel} /> : null}
      <Asked channel={card.channel} />
      <RunButtons card={card} board={board} onTab={onTab} />
    </section>
  );
}

interface ReasonProps {
  card: Card;
  run: RunSummary;
  cards: readonly CardSummary[];
  board: Board;
}

/** Why it does not go on, or what a person is to do. */
function Reason({ card, run, cards, board }: ReasonProps) {
  const { t } = useTranslation();
  const word = standingWord(run);
  if (run.cancelRequested && run.isActive) return <p>{t("card.cancelling")}</p>;
  if (word === "failed") return <p className={classes.error}>{run.workflowError}</p>;
  if (word === "queued" || word === "held") {
    if (run.wait === "dependencies") {
      const open = card.dependencies.filter((each) => !each.done).map((each) => each.key);
      return <p>{t("card.waitsFor", { cards: (open.length ? open : run.waitsOn).join(", ") })}</p>;
    }
    if (run.wait === "stage_wip") {
      return <p>{t("card.waitsForStage", { stage: t(`stage.${run.stage}`) })}</p>;
    }
    return <p>{t("card.inLine", { place: queuePlace(run, cards) })}</p>;
  }
  if (word === "completed" || word === "running") return null;
  if (word === "away") return <p>{t("card.about.away", { machine: run.waitsOn.join(", ") })}</p>;
  if (word === "merged" || word === "discarded") {
    return <Settled word={word} run={run} board={board} />;
  }
  if (word === "cancelled" && run.endedBy)
    return <p>{t("card.about.cancelledBy", { who: run.endedBy })}</p>;
  return <p>{t(`card.about.${word}`)}</p>;
}

interface SettledProps {
  word: "merged" | "discarded";
  run: RunSummary;
  board: Board;
}

/** Who did that, when, and as which commit: known once the run has been read in full. */
function Settled({ word, run, board }: SettledProps) {
  const { t } = useTranslation();
  const { data } = useQuery(runOptions(run.id));
  if (!data?.settledBy || !data.settledAt) return <p>{t(`card.about.${word}`)}</p>;
  const names = { base: board.base, who: data.settledBy };
  return (
    <p>
      {t(`card.about.${word}By`, names)}, <Ago at={data.settledAt} />
      {data.settledCommit ? (
        <>
          {" "}
          <span className="mono">{data.settledCommit.slice(0, 12)}</span>
        </>
      ) : null}
    </p>
  );
}

/** A call of its agent that waits for a decision. */
function Asked({ channel }: { channel: string }) {
  const { t } = useTranslation();
  const { data = [] } = useQuery(openApprovalsOptions);
  const mine = data.filter((each) => each.channel === channel);
  if (mine.length === 0) return null;
  return (
    <Group gap={8}>
      {mine.map((approval) => (
        <Button
          key={approval.id}
          size="xs"
          variant="default"
          leftSection={<IconHandStop size={14} />}
          renderRoot={(props) => (
            <Link to="/approvals/$id" params={{ id: approval.id }} {...props} />
          )}
        >
          <span className="one-line">{t("card.decide", { what: approval.headline })}</span>
        </Button>
      ))}
    </Group>
  );
}
