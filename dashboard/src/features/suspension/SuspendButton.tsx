/** The red switch on every page; what it does is said before it does it. */
import { Button } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Status } from "@/api/types";
import { openSuspend } from "./openSuspend";
import classes from "./Suspension.module.css";

export function SuspendButton({ status }: { status: Status | undefined }) {
  const { t } = useTranslation();
  if (!status || status.suspended) return null;
  return (
    <Button
      size="xs"
      variant="light"
      color="red"
      flex="none"
      className={classes.button}
      aria-label={t("suspend.suspend")}
      leftSection={<IconHandStop size={15} />}
      onClick={() => openSuspend(t, status.counts.running)}
    >
      <span className={classes.word}>{t("suspend.suspend")}</span>
    </Button>
  );
}
