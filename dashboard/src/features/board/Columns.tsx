/** The columns side by side, and dragging between them. The one place that knows the library for dragging. */
import {
  DragDropContext,
  type DragStart,
  type DragUpdate,
  type DropResult,
  type ResponderProvided,
} from "@hello-pangea/dnd";
import { useTranslation } from "react-i18next";
import type { CardColumn, CardSummary, Stage } from "@/api/types";
import classes from "./Columns.module.css";
import { ColumnView } from "./ColumnView";
import type { Move } from "./deeds";
import { isSamePlace, placeAt } from "./order";

export interface ColumnsProps {
  /** What is shown, in its order. */
  columns: ReadonlyMap<CardColumn, readonly CardSummary[]>;
  limits: Readonly<Partial<Record<Stage, number | null>>>;
  /** On a phone: the only one that is seen. */
  only?: CardColumn | undefined;
  places: ReadonlyMap<string, number>;
  asking: ReadonlySet<string>;
  onMove: (move: Move) => void;
}

export default function Columns({ columns, only, onMove, ...shown }: ColumnsProps) {
  const say = useAnnouncements(columns);
  const drop = (result: DropResult, provided: ResponderProvided) => {
    say.end(result, provided);
    const { destination, draggableId, source } = result;
    const card = columns.get(source.droppableId as CardColumn)?.[source.index];
    if (!destination || card?.id !== draggableId) return;
    const column = destination.droppableId as CardColumn;
    const there = columns.get(column) ?? [];
    if (isSamePlace(card, column, there, destination.index)) return;
    const { rank, ...place } = placeAt(card, column, there, destination.index);
    onMove({ card, place, rank });
  };
  return (
    <DragDropContext
      dragHandleUsageInstructions={say.how}
      onDragStart={say.start}
      onDragUpdate={say.update}
      onDragEnd={drop}
    >
      <div className={classes.columns} data-one={only || undefined}>
        {[...columns]
          .filter(([column]) => !only || column === only)
          .map(([column, cards]) => (
            <ColumnView key={column} column={column} cards={cards} {...shown} />
          ))}
      </div>
    </DragDropContext>
  );
}

/** What screen readers hear while a card is dragged. */
function useAnnouncements(columns: ColumnsProps["columns"]) {
  const { t } = useTranslation();
  const name = (column: string) => t(`column.${column as CardColumn}`);
  const keyOf = ({ source }: DragStart) =>
    columns.get(source.droppableId as CardColumn)?.[source.index]?.key ?? "";
  const at = (place: { droppableId: string; index: number }) => ({
    column: name(place.droppableId),
    place: place.index + 1,
  });
  return {
    how: t("board.dragHow"),
    start: (start: DragStart, { announce }: ResponderProvided) =>
      announce(t("board.dragStart", { card: keyOf(start), ...at(start.source) })),
    update: (update: DragUpdate, { announce }: ResponderProvided) =>
      announce(
        update.destination
          ? t("board.dragOver", { card: keyOf(update), ...at(update.destination) })
          : t("board.dragNowhere"),
      ),
    end: (result: DropResult, { announce }: ResponderProvided) =>
      announce(
        result.reason === "CANCEL" || !result.destination
          ? t("board.dragCancelled", { card: keyOf(result), ...at(result.source) })
          : t("board.dragEnd", { card: keyOf(result), ...at(result.destination) }),
      ),
  };
}
