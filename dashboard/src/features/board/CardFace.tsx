/** A card as the board shows it. What can be done with it is put around it by whoever shows it. */
import { IconSitemap } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { CardSummary } from "@/api/types";
import { LiveLine } from "@/components/log/LastLine";
import classes from "./CardFace.module.css";
import { PrioritySign } from "./Priority";
import { RunStanding } from "./RunStanding";
import { StageBar } from "./StageBar";
import { lastSaid } from "./stages";

interface CardFaceProps {
  card: CardSummary;
  place: number;
  asks: boolean;
  /** Its menu. */
  children?: React.ReactNode;
}

function CardFacePlain({ card, place, asks, children }: CardFaceProps) {
  const { run } = card;
  return (
    <>
      <span className={classes.head}>
        <span className={`mono meta ${classes.key}`}>{card.key}</span>
        <PrioritySign priority={card.priority} />
        <Missing card={card} />
        <span className={classes.menu}>{children}</span>
      </span>
      <Link
        to="."
        search={(search) => ({
          ...search,
          card: card.key,
          tab: undefined,
          run: undefined,
          do: undefined,
        })}
        className={classes.title}
        tabIndex={-1}
        draggable={false}
      >
        {card.title}
      </Link>
      {card.labels.length > 0 ? (
        <span className={classes.labels}>
          {card.labels.map((label) => (
            <span key={label} className={classes.label}>
              {label}
            </span>
          ))}
        </span>
      ) : null}
      {run ? (
        <span className={classes.run}>
          <StageBar run={run} />
          <RunStanding run={run} channel={card.channel} place={place} asks={asks} />
          <Words card={card} />
        </span>
      ) : null}
    </>
  );
}

/** A board is scrolled: a card that did not change is not drawn again. */
export const CardFace = memo(CardFacePlain);

/** The line being written, or why it stopped. */
function Words({ card }: { card: CardSummary }) {
  const { run } = card;
  if (run?.status === "running") {
    return <LiveLine channel={card.channel} before={lastSaid(run)} />;
  }
  if (run?.status === "failed" && run.workflowError) {
    return (
      <span className={`one-line ${classes.error}`} title={run.workflowError}>
        {run.workflowError}
      </span>
    );
  }
  return null;
}

/** What keeps it from beginning, while it has not been asked to. */
function Missing({ card }: { card: CardSummary }) {
  const { t } = useTranslation();
  if (card.needs.length === 0 || card.column === "done") return null;
  const label = t("card.needsCount", { count: card.needs.length });
  return (
    <span className={`meta figure ${classes.needs}`} title={label}>
      <IconSitemap size={13} aria-hidden /> {card.needs.length}
      <span className={classes.unseen}> {label}</span>
    </span>
  );
}
