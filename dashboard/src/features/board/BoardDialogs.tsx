/** What opens over a board: writing a card, moving one, the board's settings, the keys. Each comes when it is wanted. */
import { Suspense } from "react";
import type { Board, CardColumn, CardSummary } from "@/api/types";
import { later } from "@/lib/served";
import type { Move } from "./deeds";

const BoardForm = later(() => import("./BoardForm"));
const CardForm = later(() => import("./CardForm"));
const KeysHelp = later(() => import("./KeysHelp"));
const MoveForm = later(() => import("./MoveForm"));

export type Dialog =
  | { kind: "new"; column: CardColumn }
  | { kind: "edit" | "move"; card: CardSummary }
  | { kind: "settings" | "keys" };

interface BoardDialogsProps {
  dialog: Dialog | undefined;
  board: Board;
  cards: readonly CardSummary[];
  columns: () => ReadonlyMap<CardColumn, readonly CardSummary[]>;
  onMove: (move: Move) => void;
  onMade: (key: string) => void;
  onDeleted: () => void;
  onClose: () => void;
}

export function BoardDialogs(props: BoardDialogsProps) {
  return <Suspense>{props.dialog ? <Open {...props} dialog={props.dialog} /> : null}</Suspense>;
}

function Open({
  dialog,
  board,
  cards,
  columns,
  onMove,
  ...on
}: BoardDialogsProps & { dialog: Dialog }) {
  const { onClose } = on;
  switch (dialog.kind) {
    case "new":
      return (
        <CardForm
          board={board.id}
          column={dialog.column}
          cards={cards}
          onDone={on.onMade}
          onClose={onClose}
        />
      );
    case "edit":
      return (
        <CardForm
          board={board.id}
          column={dialog.card.column}
          cards={cards}
          editing={dialog.card.key}
          onDone={onClose}
          onClose={onClose}
        />
      );
    case "move": {
      const card = cards.find((each) => each.id === dialog.card.id) ?? dialog.card;
      return <MoveForm card={card} columns={columns()} onMove={onMove} onClose={onClose} />;
    }
    case "settings":
      return (
        <BoardForm
          board={board}
          onDone={(left) => (left ? onClose() : on.onDeleted())}
          onClose={onClose}
        />
      );
    default:
      return <KeysHelp onClose={onClose} />;
  }
}
