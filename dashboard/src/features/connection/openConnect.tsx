/** Opens the dialog that connects a model, from wherever it is asked for. */
import { modals } from "@mantine/modals";
import type { TFunction } from "i18next";
import { ConnectForm } from "./ConnectForm";

export function openConnect(t: TFunction): void {
  const id = "connect";
  modals.open({
    modalId: id,
    title: t("connect.title"),
    size: "lg",
    closeButtonProps: { "aria-label": t("action.close") },
    children: <ConnectForm onDone={() => modals.close(id)} />,
  });
}
