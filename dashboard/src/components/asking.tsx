/** Asking before a deed that cannot be taken back, and saying how a deed went. */
import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { useErrorText } from "./Trouble";

interface Question {
  title: string;
  /** What it does, said before it is done. */
  effect: React.ReactNode;
  confirm: string;
  onConfirm: () => void;
  /** It takes something away or lets something loose. */
  grave?: boolean;
}

export function useConfirm(): (question: Question) => void {
  const { t } = useTranslation();
  return ({ title, effect, confirm, onConfirm, grave = true }) =>
    modals.openConfirmModal({
      title,
      children: (
        <Text size="sm" component="div">
          {effect}
        </Text>
      ),
      labels: { confirm, cancel: t("action.cancel") },
      ...(grave ? { confirmProps: { color: "red.9" } } : {}),
      closeButtonProps: { "aria-label": t("action.close") },
      onConfirm,
    });
}

/** For what `mutate` takes beside its wish: errors are said, and success where there is a word for it. */
export function useTell(): (done?: string) => {
  onSuccess: () => void;
  onError: (error: unknown) => void;
} {
  const say = useErrorText();
  return (done) => ({
    onSuccess: () => {
      if (done) notifications.show({ message: done });
    },
    onError: (error) => notifications.show({ color: "red", message: say(error) }),
  });
}
