/** Moving cards: at once, with the way back in the toast, and a word when somebody else was faster. */
import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { CardColumn, CardSummary } from "@/api/types";
import { useErrorText } from "@/components/Trouble";
import { ApiError } from "@/lib/client";
import { cardsOptions } from "./api";
import { type Move, useMoveCard } from "./deeds";
import { type CardPlace, inColumns, placeOf } from "./order";
import { ALL_COLUMNS } from "./stages";

const UNDO_FOR = 8000;

export function useMoves(board: string): (move: Move) => void {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const say = useErrorText();
  const { mutate } = useMoveCard();
  const cards = () => cache.getQueryData(cardsOptions(board).queryKey) ?? [];
  const name = (column: CardColumn) => t(`column.${column}`);

  const refused = (error: unknown, card: CardSummary) => {
    const late = error instanceof ApiError && error.status === 409;
    notifications.show({
      color: "red",
      title: t(late ? "card.conflict" : "card.notMoved", { card: card.key }),
      message: say(error),
    });
  };
  const undo = (moved: CardSummary, back: CardPlace, rank: string) => {
    // It is moved back from where it stands now: a change of somebody else since then is kept.
    const card = cards().find((each) => each.id === moved.id) ?? moved;
    mutate({ card, place: back, rank }, { onError: (error) => refused(error, card) });
  };
  return (move) => {
    const { card } = move;
    const there = inColumns(cards(), ALL_COLUMNS).get(card.column) ?? [];
    const back = placeOf(card, there);
    mutate(move, {
      onError: (error) => refused(error, card),
      onSuccess: (moved) => {
        const id = `moved-${card.id}-${moved.version}`;
        const act = () => {
          notifications.hide(id);
          undo(moved, back, card.rank);
        };
        const words = t("card.moved", { card: card.key, column: name(moved.column) });
        notifications.show({
          id,
          autoClose: UNDO_FOR,
          message: (
            <Group justify="space-between" gap={8} wrap="nowrap">
              <Text size="sm">{words}</Text>
              <Button size="compact-sm" variant="default" onClick={act}>
                {t("action.undo")}
              </Button>
            </Group>
          ),
        });
      },
    });
  };
}
