/** Throwing a dead letter away: said before what it does, and undone for a while after. */
import { Button, Group, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import type { DeadLetter } from "@/api/types";
import { useErrorText } from "@/components/Trouble";
import { usePurgeLetter } from "./api";
import { hideLetter, showLetter } from "./purging";

/** The server is told after this; closing the page before keeps the letter. */
const UNDO_WITHIN = 6000;

export function usePurge(): (letter: DeadLetter) => void {
  const { t } = useTranslation();
  const say = useErrorText();
  const purge = usePurgeLetter();

  const later = (letter: DeadLetter) => {
    hideLetter(letter.id);
    const id = `purge-${letter.id}`;
    const timer = setTimeout(() => {
      notifications.hide(id);
      purge.mutate(letter.id, {
        onError: (error) => notifications.show({ color: "red", message: say(error) }),
        onSettled: () => showLetter(letter.id),
      });
    }, UNDO_WITHIN);
    const undo = () => {
      clearTimeout(timer);
      showLetter(letter.id);
      notifications.hide(id);
    };
    notifications.show({
      id,
      autoClose: false,
      withCloseButton: false,
      message: (
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm">{t("dead.purged", { number: letter.number })}</Text>
          <Button size="xs" variant="default" onClick={undo}>
            {t("action.undo")}
          </Button>
        </Group>
      ),
    });
  };

  return (letter) =>
    modals.openConfirmModal({
      title: t("dead.purgeTitle"),
      children: <Text size="sm">{t("dead.purgeEffect")}</Text>,
      labels: { confirm: t("dead.purge"), cancel: t("action.keep") },
      confirmProps: { color: "red.9" },
      closeButtonProps: { "aria-label": t("action.close") },
      onConfirm: () => later(letter),
    });
}
