/** While everything is suspended, every page says so, and offers the way back. */
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlayerPlayFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Status } from "@/api/types";
import { Shape } from "@/components/Sign";
import { useErrorText } from "@/components/Trouble";
import { Elapsed } from "@/components/times";
import { useGoOn } from "./api";
import classes from "./Suspension.module.css";

export function SuspendedLine({ status }: { status: Status | undefined }) {
  const { t } = useTranslation();
  const say = useErrorText();
  const goOn = useGoOn();
  const suspended = status?.suspended;
  if (!suspended) return null;
  const onError = (error: unknown) => notifications.show({ color: "red", message: say(error) });
  return (
    <section data-tone="waiting" className={classes.line} aria-label={t("suspend.suspended")}>
      <Shape tone="waiting" size={16} />
      <p className={classes.text}>
        <strong>{t("suspend.suspended")}</strong> {t("suspend.since")}{" "}
        <Elapsed from={suspended.since} /> {t("suspend.by", { who: suspended.by })}
        {suspended.reason ? `: ${suspended.reason}` : ""}
      </p>
      <Button
        size="compact-sm"
        flex="none"
        variant="default"
        leftSection={<IconPlayerPlayFilled size={13} />}
        loading={goOn.isPending}
        onClick={() => goOn.mutate(undefined, { onError })}
      >
        {t("suspend.resume")}
      </Button>
    </section>
  );
}
