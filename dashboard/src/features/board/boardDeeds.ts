/** What can be done with a card from anywhere on the board; the room says how. */
import { createContext, useContext } from "react";
import type { CardSummary } from "@/api/types";

export interface BoardDeeds {
  open: (card: CardSummary) => void;
  run: (card: CardSummary) => void;
  /** Asks before. */
  cancel: (card: CardSummary) => void;
  edit: (card: CardSummary) => void;
  /** Asks where to. */
  move: (card: CardSummary) => void;
  remove: (card: CardSummary) => void;
}

const nothing = (): void => undefined;

export const BoardDeedsContext = createContext<BoardDeeds>({
  open: nothing,
  run: nothing,
  cancel: nothing,
  edit: nothing,
  move: nothing,
  remove: nothing,
});

export const useBoardDeeds = (): BoardDeeds => useContext(BoardDeedsContext);
