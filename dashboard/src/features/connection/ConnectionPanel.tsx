/** Which model answers, by whose credential, and changing that. */
import { Button, Group, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Loading } from "@/components/Loading";
import { Sign } from "@/components/Sign";
import { Trouble, useErrorText } from "@/components/Trouble";
import { connectionOptions, useRemoveConnection } from "./api";
import classes from "./ConnectionPanel.module.css";
import { openConnect } from "./openConnect";

export function ConnectionPanel() {
  const { t } = useTranslation();
  const query = useQuery(connectionOptions);
  if (query.isPending) return <Loading rows={1} height={88} />;
  if (query.isError) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const { kind, source, hint } = query.data;
  const connected = kind !== "none";
  return (
    <div className={`card ${classes.panel}`}>
      <div className={classes.text}>
        <Sign
          tone={connected ? "done" : "waiting"}
          label={t(connected ? "connection.connected" : "connection.scripted")}
        />
        <p>
          {connected ? t(`connect.kind.${kind}`) : t("connection.none")}
          {hint ? <span className="mono"> {hint}</span> : null}
        </p>
        <p className="meta">
          {connected ? t(`connect.about.${kind}`) : t("connect.lead")}
          {source === "environment" ? ` ${t("connection.fromEnvironment")}` : ""}
        </p>
      </div>
      <Group gap={8}>
        <Button variant={connected ? "default" : "filled"} onClick={() => openConnect(t)}>
          {t(connected ? "connection.change" : "rehearsal.connect")}
        </Button>
        {source === "stored" ? <RemoveButton /> : null}
      </Group>
    </div>
  );
}

function RemoveButton() {
  const { t } = useTranslation();
  const say = useErrorText();
  const remove = useRemoveConnection();
  const ask = () =>
    modals.openConfirmModal({
      title: t("connection.removeTitle"),
      children: <Text size="sm">{t("connection.removeEffect")}</Text>,
      labels: { confirm: t("connection.remove"), cancel: t("action.keep") },
      confirmProps: { color: "red.9" },
      closeButtonProps: { "aria-label": t("action.close") },
      onConfirm: () =>
        remove.mutate(undefined, {
          onError: (error) => notifications.show({ color: "red", message: say(error) }),
        }),
    });
  return (
    <Button variant="subtle" color="red" loading={remove.isPending} onClick={ask}>
      {t("connection.remove")}
    </Button>
  );
}
