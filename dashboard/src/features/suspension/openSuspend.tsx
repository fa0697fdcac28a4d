/** Opens the question before everything stops, from wherever it is asked. */
import { modals } from "@mantine/modals";
import type { TFunction } from "i18next";
import { SuspendForm } from "./SuspendForm";

export function openSuspend(t: TFunction, running: number): void {
  const id = "suspend";
  modals.open({
    modalId: id,
    title: t("suspend.title"),
    closeButtonProps: { "aria-label": t("action.close") },
    children: <SuspendForm running={running} onDone={() => modals.close(id)} />,
  });
}
