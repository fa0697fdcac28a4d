/** The red switch on every page; what it does is said before it does it. */
import { Button } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Status } from "@/api/types";
import classes from "./Suspension.module.css";

export function SuspendButton({ status }: { status: Status | undefined }) {
  const { t } = useTranslation();
  if (!status || status.suspended) return null;
  const open = async () => {
    const { openSuspend } = await import("./openSuspend");
    openSuspend(t, status.counts.running);
  };
  return (
    <Button
      size="xs"
      variant="light"
      color="red"
      flex="none"
      className={classes.button}
      aria-label={t("suspend.suspend")}
      leftSection={<IconHandStop size={15} />}
      onClick={() => void open()}
    >
      <span className={classes.word}>{t("suspend.suspend")}</span>
    </Button>
  );
}
