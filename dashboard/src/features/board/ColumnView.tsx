/** One column: its head with count and limit, its cards, of which only those in sight are drawn. */
import { Draggable, Droppable } from "@hello-pangea/dnd";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { CardColumn, CardSummary, Stage } from "@/api/types";
import { BoardCard } from "./BoardCard";
import type { ColumnsProps } from "./Columns";
import classes from "./ColumnView.module.css";

const CARD = 96;

interface ColumnViewProps extends Pick<ColumnsProps, "limits" | "places" | "asking"> {
  column: CardColumn;
  cards: readonly CardSummary[];
}

export function ColumnView({ column, cards, limits, places, asking }: ColumnViewProps) {
  const { t } = useTranslation();
  const limit = limits[column as Stage];
  const face = (card: CardSummary) => ({
    card,
    place: places.get(card.id) ?? 0,
    asks: asking.has(card.channel),
  });
  return (
    <section className={classes.column} aria-label={t(`column.${column}`)} data-column={column}>
      <header className={classes.head}>
        <h2>{t(`column.${column}`)}</h2>
        <span
          className={`figure ${classes.count}`}
          title={limit ? t("board.stageLimit", { count: limit }) : undefined}
        >
          {limit ? `${cards.length} / ${limit}` : cards.length}
        </span>
      </header>
      <Droppable
        droppableId={column}
        mode="virtual"
        renderClone={(provided, snapshot, { source }) => {
          const card = cards[source.index];
          return card ? (
            <BoardCard {...face(card)} provided={provided} dragged={snapshot.isDragging} />
          ) : (
            <div
              ref={provided.innerRef}
              {...provided.draggableProps}
              {...provided.dragHandleProps}
            />
          );
        }}
      >
        {(provided, snapshot) => (
          <Cards
            cards={cards}
            face={face}
            innerRef={provided.innerRef}
            attributes={provided.droppableProps}
            extra={snapshot.isUsingPlaceholder ? 1 : 0}
            over={snapshot.isDraggingOver}
          />
        )}
      </Droppable>
    </section>
  );
}

interface CardsProps {
  cards: readonly CardSummary[];
  face: (card: CardSummary) => Omit<React.ComponentProps<typeof BoardCard>, "provided" | "dragged">;
  innerRef: (element: HTMLElement | null) => void;
  attributes: object;
  /** Room at the end for what is dragged over it. */
  extra: 0 | 1;
  over: boolean;
}

function Cards({ cards, face, innerRef, attributes, extra, over }: CardsProps) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: cards.length + extra,
    getScrollElement: () => box.current,
    estimateSize: () => CARD,
    overscan: 6,
    gap: 8,
    getItemKey: (index) => cards[index]?.id ?? "room",
  });
  return (
    <div
      {...attributes}
      ref={(element) => {
        box.current = element;
        innerRef(element);
      }}
      className={classes.cards}
      data-over={over || undefined}
    >
      <ul className={classes.sizer} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const card = cards[item.index];
          return (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={classes.place}
              style={{ top: item.start }}
            >
              {card ? (
                <Draggable draggableId={card.id} index={item.index}>
                  {(provided) => <BoardCard {...face(card)} provided={provided} dragged={false} />}
                </Draggable>
              ) : (
                <div style={{ height: CARD }} />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
