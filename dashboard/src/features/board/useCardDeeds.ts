/** Starting, stopping and deleting cards from where they stand, with what went wrong said in a toast. */
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { dropCard, refreshCards } from "@/api/cardLists";
import type { CardSummary } from "@/api/types";
import { useConfirm, useTell } from "@/components/asking";
import { ask, client } from "@/lib/client";
import { startCard } from "./api";
import { canRun, isUnderWay } from "./stages";

export function useStartCard(): (card: CardSummary) => void {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const tell = useTell();
  return (card) => {
    const said = tell(t("card.isRunning", { card: card.key }));
    if (!canRun(card)) return said.onError(new Error(t("card.runsAlready", { card: card.key })));
    startCard(card.key)
      .then(said.onSuccess, said.onError)
      .finally(() => refreshCards(cache, [card.key]));
  };
}

export function useStopCard(): (card: CardSummary) => void {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const confirm = useConfirm();
  const tell = useTell();
  return (card) => {
    const said = tell();
    if (!isUnderWay(card.run))
      return said.onError(new Error(t("card.runsNot", { card: card.key })));
    confirm({
      title: t("card.cancelTitle", { card: card.key }),
      effect: t("card.cancelEffect"),
      confirm: t("card.cancel"),
      onConfirm: () => {
        const path = { id: card.key };
        ask(client.POST("/api/cards/{id}/cancel", { params: { path } }))
          .then(said.onSuccess, said.onError)
          .finally(() => refreshCards(cache, [card.key]));
      },
    });
  };
}

export function useRemoveCard(onRemoved: (card: CardSummary) => void): (card: CardSummary) => void {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const confirm = useConfirm();
  const tell = useTell();
  return (card) =>
    confirm({
      title: t("card.deleteTitle", { card: card.key }),
      effect: t("card.deleteEffect"),
      confirm: t("card.delete"),
      onConfirm: () => {
        const said = tell(t("card.deleted", { card: card.key }));
        const path = { id: card.key };
        ask(client.DELETE("/api/cards/{id}", { params: { path } })).then(() => {
          dropCard(cache, card.key);
          said.onSuccess();
          onRemoved(card);
        }, said.onError);
      },
    });
}
