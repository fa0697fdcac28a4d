/** A card in its column: dragged by mouse and keyboard, opened by click and Enter, with a menu of what it can do. */
import type { DraggableProvided } from "@hello-pangea/dnd";
import { useTranslation } from "react-i18next";
import type { CardSummary } from "@/api/types";
import classes from "./BoardCard.module.css";
import { useBoardDeeds } from "./boardDeeds";
import { CardFace } from "./CardFace";
import { CardMenu } from "./CardMenu";
import { standingWord } from "./stages";

interface BoardCardProps {
  card: CardSummary;
  place: number;
  asks: boolean;
  provided: DraggableProvided;
  dragged: boolean;
}

export function BoardCard({ card, place, asks, provided, dragged }: BoardCardProps) {
  const { t } = useTranslation();
  const { open } = useBoardDeeds();
  const standing = t(card.run ? `standing.${standingWord(card.run)}` : "standing.never");
  // The library calls it a button; it holds a link and a menu, which a button must not.
  const handle = { ...provided.dragHandleProps, role: undefined };
  return (
    <article
      ref={provided.innerRef}
      {...provided.draggableProps}
      {...handle}
      aria-label={`${card.key} ${card.title}, ${standing}`}
      className={classes.card}
      data-card={card.key}
      data-dragged={dragged || undefined}
      data-live={card.run?.status === "running" || undefined}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.target !== event.currentTarget || dragged) return;
        event.preventDefault();
        open(card);
      }}
    >
      <CardFace card={card} place={place} asks={asks}>
        <CardMenu card={card} />
      </CardFace>
    </article>
  );
}
