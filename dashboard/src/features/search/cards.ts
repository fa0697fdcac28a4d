/** Boards and cards among the commands: opening a board, writing a card, finding one, running it. */
import type { SpotlightActionData } from "@mantine/spotlight";
import { IconLayoutKanban, IconPlayerPlay, IconPlus, IconSquareCheck } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { CardSummary } from "@/api/types";
import { boardsOptions, foundCardsOptions, startCard } from "@/features/board/api";
import { icon } from "./icon";

const MOST_FOUND = 6;

export function useBoards(): SpotlightActionData[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data = [] } = useQuery(boardsOptions);
  return data.flatMap(({ id, name }) => [
    {
      id: `board-${id}`,
      label: name,
      description: t("search.openBoard"),
      leftSection: icon(IconLayoutKanban),
      onClick: () => void navigate({ to: "/board/$board", params: { board: id } }),
    },
    {
      id: `new-card-${id}`,
      label: t("search.newCard", { board: name }),
      keywords: t("search.newCardWords"),
      leftSection: icon(IconPlus),
      onClick: () =>
        void navigate({ to: "/board/$board", params: { board: id }, search: { do: "new" } }),
    },
  ]);
}

/** `words` as they stand once the typing rests. */
export function useCards(words: string): SpotlightActionData[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data = [] } = useQuery({
    ...foundCardsOptions({ q: words }),
    enabled: words !== "",
    placeholderData: keepPreviousData,
  });
  if (words === "") return [];
  const open = ({ board, key }: CardSummary) =>
    void navigate({ to: "/board/$board", params: { board }, search: { card: key } });
  return data.slice(0, MOST_FOUND).flatMap((card) => [
    {
      id: `card-${card.id}`,
      label: `${card.key} ${card.title}`,
      description: card.board,
      leftSection: icon(IconSquareCheck),
      onClick: () => open(card),
    },
    ...(card.run?.isActive
      ? []
      : [
          {
            id: `run-${card.id}`,
            label: t("search.runCard", { card: card.key }),
            description: card.title,
            leftSection: icon(IconPlayerPlay),
            // What goes wrong stands on the card, where this leads.
            onClick: () => void startCard(card.key).finally(() => open(card)),
          },
        ]),
  ]);
}
