/** Where alerts are sent: whether that works, trying it out, and another secret to sign with. */
import { Button, Group } from "@mantine/core";
import { IconKey, IconSend } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useConfirm, useTell } from "@/components/asking";
import { Copyable } from "@/components/Copy";
import { Sign } from "@/components/Sign";
import classes from "./Alerts.module.css";
import { alertsOptions, useRenewSecret, useTestWebhook } from "./api";

const EXAMPLE = '[alerts]\nwebhook_url = "https://…"';

export function WebhookPanel() {
  const { t } = useTranslation();
  const tell = useTell();
  const confirm = useConfirm();
  const webhook = useInfiniteQuery(alertsOptions("open")).data?.pages[0]?.webhook;
  const test = useTestWebhook();
  const renew = useRenewSecret();
  if (!webhook) return null;
  if (!webhook.configured) {
    return (
      <div className={`card ${classes.alert}`}>
        <p>{t("alerts.noWebhook")}</p>
        <Copyable text={EXAMPLE} label={t("alerts.copySetting")} />
      </div>
    );
  }
  const ask = () =>
    confirm({
      title: t("alerts.renewTitle"),
      effect: t("alerts.renewEffect"),
      confirm: t("alerts.renew"),
      onConfirm: () => renew.mutate(undefined, { onError: tell().onError }),
    });
  return (
    <div className={`card ${classes.alert}`}>
      <div className={classes.head}>
        <Sign
          tone={webhook.error ? "failed" : "done"}
          label={t(webhook.error ? "alerts.failing" : "alerts.working")}
        />
        <span className="mono">{webhook.host}</span>
        <span className="meta figure">
          {t("alerts.notices", {
            delivered: webhook.delivered,
            waiting: webhook.waiting,
            dead: webhook.dead,
          })}
        </span>
      </div>
      {webhook.error ? <p className={classes.error}>{webhook.error}</p> : null}
      {renew.data ? (
        <>
          <p>{t("alerts.secretOnce")}</p>
          <Copyable text={renew.data.secret} label={t("alerts.copySecret")} />
        </>
      ) : null}
      <Group gap={8}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconSend size={14} />}
          loading={test.isPending}
          onClick={() => test.mutate(undefined, tell(t("alerts.sent")))}
        >
          {t("alerts.test")}
        </Button>
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          leftSection={<IconKey size={14} />}
          loading={renew.isPending}
          onClick={ask}
        >
          {t("alerts.renew")}
        </Button>
      </Group>
    </div>
  );
}
