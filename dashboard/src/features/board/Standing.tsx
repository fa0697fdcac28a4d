/** How a card's newest run stands, why, and the buttons for what a person can do about it. */
import { Button, Group } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Board, Card, CardSummary, RunSummary } from "@/api/types";
import { Money } from "@/components/figures";
import { LiveLine } from "@/components/log/LastLine";
import { Shape } from "@/components/Sign";
import { openApprovalsOptions } from "@/features/approvals/api";
import { queuePlace } from "./order";
import { RunButtons } from "./RunButtons";
import { RunTime } from "./RunStanding";
import classes from "./Standing.module.css";
import { lastSaid, runTone, standingWord } from "./stages";
import type { CardTab } from "./tabs";

interface StandingProps {
  card: Card;
  board: Board;
  cards: readonly CardSummary[];
  onTab: (tab: CardTab, run?: string) => void;
}

export function Standing({ card, board, cards, onTab }: StandingProps) {
  const { t } = useTranslation();
  const { run } = card;
  const tone = run ? runTone(run) : "idle";
  const word = run ? standingWord(run) : "never";
  return (
    <section className={classes.standing} data-tone={tone} aria-label={t("card.standing")}>
      <p className={classes.head}>
        <Shape tone={tone} size={16} />
        <strong>{t(`standing.${word}`)}</strong>
        {run && word !== "merged" ? <span>{t(`stage.${run.stage}`)}</span> : null}
        {run ? (
          <span className={`meta ${classes.figures}`}>
            <RunTime run={run} /> {run.startedAt ? <Money micros={run.costMicros} /> : null}
          </span>
        ) : null}
      </p>
      {run ? <Reason card={card} run={run} cards={cards} /> : null}
      {run?.status === "running" ? (
        <button type="button" className={classes.line} onClick={() => onTab("log")}>
          <LiveLine channel={card.channel} before={lastSaid(run)} />
        </button>
      ) : null}
      <Asked channel={card.channel} />
      <RunButtons card={card} board={board} onTab={onTab} />
    </section>
  );
}

interface ReasonProps {
  card: Card;
  run: RunSummary;
  cards: readonly CardSummary[];
}

/** Why it does not go on, or what a person is to do. */
function Reason({ card, run, cards }: ReasonProps) {
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
  return <p>{t(`card.about.${word}`)}</p>;
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
