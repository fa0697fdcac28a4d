/** Cards outside their board, each a thing that is alive: key and stage, title, time, cost, the line being written. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { CardSummary } from "@/api/types";
import { LiveLine } from "@/components/log/LastLine";
import classes from "./CardRows.module.css";
import { RunCost, RunSign, RunTime } from "./RunStanding";
import { lastSaid, runTone } from "./stages";

export function CardRows({ cards }: { cards: readonly CardSummary[] }) {
  return cards.map((card) => <CardRow key={card.id} card={card} />);
}

function CardRow({ card }: { card: CardSummary }) {
  const { t } = useTranslation();
  const { run } = card;
  if (!run) return null;
  return (
    <article data-tone={runTone(run)} className={`card ${classes.row}`}>
      <RunSign run={run} bare />
      <div className={classes.text}>
        <p className="one-line">
          <Link
            to="/board/$board"
            params={{ board: card.board }}
            search={{ card: card.key }}
            className={classes.cover}
            data-row
          >
            <strong className={classes.key}>{card.key}</strong>{" "}
            <span className="meta">{t(`stage.${run.stage}`)}</span> {card.title}
          </Link>
        </p>
        <Second card={card} />
      </div>
      <div className={classes.figures}>
        <RunTime run={run} />
        <RunCost run={run} />
      </div>
    </article>
  );
}

function Second({ card }: { card: CardSummary }) {
  const { t } = useTranslation();
  const { run } = card;
  if (run?.status === "running") {
    return <LiveLine channel={card.channel} before={lastSaid(run)} />;
  }
  if (run?.status === "failed") {
    return <p className={`one-line ${classes.reason}`}>{run.workflowError}</p>;
  }
  if (run?.isStuck) return <p className={`one-line ${classes.reason}`}>{t("card.about.stuck")}</p>;
  const waits = run?.status === "completed" ? "card.about.change" : "card.about.plan";
  return <p className={`one-line ${classes.reason}`}>{t(waits)}</p>;
}
