/** A board with its cards as they are shown: in columns, filtered, with what each waits for. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { CardColumn, CardSummary } from "@/api/types";
import { openApprovalsOptions } from "@/features/approvals/api";
import { boardsOptions, cardsOptions, foundCardsOptions } from "./api";
import { type CardFilter, matches } from "./filters";
import { inColumns, queuePlace } from "./order";
import { ALL_COLUMNS, COLUMNS } from "./stages";

const NONE: readonly CardSummary[] = [];

export function useBoard(id: string, filter: CardFilter, archived: boolean) {
  const boards = useQuery(boardsOptions);
  const all = useQuery(cardsOptions(id));
  const cards = all.data ?? NONE;
  const board = boards.data?.find((each) => each.id === id);
  const shown = useShown(id, cards, filter);
  const { data: approvals = [] } = useQuery(openApprovalsOptions);
  const columns = useMemo(
    () => inColumns(shown, archived ? ALL_COLUMNS : COLUMNS),
    [shown, archived],
  );
  const places = useMemo(() => {
    const waiting = cards.filter(({ run }) => run?.wait === "wip");
    return new Map(
      waiting.flatMap((card) => (card.run ? [[card.id, queuePlace(card.run, waiting)]] : [])),
    );
  }, [cards]);
  const asking = useMemo(() => new Set(approvals.map((each) => each.channel)), [approvals]);
  return { board, boards, all, cards, columns, places, asking };
}

/** Words are looked for by the server, which knows the descriptions as well; until it has answered, in the titles. */
function useShown(id: string, cards: readonly CardSummary[], filter: CardFilter) {
  const { q } = filter;
  const found = useQuery({
    ...foundCardsOptions({ board: id, q: q ?? "", column: [...ALL_COLUMNS] }),
    enabled: q !== undefined,
    placeholderData: keepPreviousData,
  });
  return useMemo(() => {
    const ids = q && found.data ? new Set(found.data.map((card) => card.id)) : undefined;
    const low = q?.toLowerCase();
    const isFound = (card: CardSummary) =>
      ids ? ids.has(card.id) : !low || `${card.key} ${card.title}`.toLowerCase().includes(low);
    return cards.filter((card) => isFound(card) && matches(card, filter));
  }, [cards, filter, found.data, q]);
}

/** How many cards run, of how many at once. */
export const countRunning = (cards: readonly CardSummary[]): number =>
  cards.filter(({ run }) => run?.kind === "run" && run.isActive && run.status !== "queued").length;

export const allColumns = (cards: readonly CardSummary[]): Map<CardColumn, CardSummary[]> =>
  inColumns(cards, ALL_COLUMNS);
