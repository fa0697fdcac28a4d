/** Asks, when clicked, whether the browser may say that a call waits. */
import { Button } from "@mantine/core";
import { IconBell, IconBellOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { askPermission, setNotices, useWish } from "./notices";

export function NotifyButton() {
  const { t } = useTranslation();
  const wish = useWish();
  if (wish === "impossible") return null;
  if (wish === "blocked") return <span className="meta">{t("notice.blocked")}</span>;
  const on = wish === "on";
  const act = () => (wish === "unasked" ? void askPermission() : setNotices(!on));
  return (
    <Button
      size="xs"
      variant="default"
      aria-pressed={wish === "unasked" ? undefined : on}
      leftSection={on ? <IconBell size={14} /> : <IconBellOff size={14} />}
      onClick={act}
    >
      {t(on ? "notice.on" : "notice.ask")}
    </Button>
  );
}
