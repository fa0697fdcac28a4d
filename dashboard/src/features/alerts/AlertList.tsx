/** Alerts, newest first: what is wrong, what to do, who has seen it. */
import { Button } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Alert } from "@/api/types";
import { useTell } from "@/components/asking";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { More } from "@/components/More";
import { Said } from "@/components/Said";
import { Sign } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import { Ago, Took } from "@/components/times";
import type { Tone } from "@/lib/signs";
import classes from "./Alerts.module.css";
import { type AlertsShown, alertsOptions, useAcknowledge } from "./api";

export function AlertList({ state }: { state: AlertsShown }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(alertsOptions(state));
  if (query.isPending) return <Loading rows={3} height={110} />;
  const alerts = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError && alerts.length === 0) {
    return <Trouble error={query.error} retry={() => void query.refetch()} />;
  }
  if (alerts.length === 0) {
    return (
      <Empty title={t(state === "open" ? "alerts.none" : "alerts.never")}>
        <p className="meta">{t("alerts.watched")}</p>
      </Empty>
    );
  }
  return (
    <div className={classes.list}>
      {alerts.map((alert) => (
        <AlertCard key={alert.id} alert={alert} />
      ))}
      <More query={query} />
    </div>
  );
}

const toneOf = (alert: Alert): Tone =>
  alert.ended_at ? "done" : alert.severity === "problem" ? "failed" : "waiting";

function AlertCard({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const tell = useTell();
  const acknowledge = useAcknowledge();
  const tone = toneOf(alert);
  return (
    <article data-tone={tone} className={`card ${classes.alert}`}>
      <div className={classes.head}>
        <Sign
          tone={tone}
          label={t(alert.ended_at ? "alerts.over" : `alerts.severity.${alert.severity}`)}
        />
        <strong>{t(`alerts.rule.${alert.rule}`)}</strong>
        {alert.subject ? <span className="mono">{alert.subject}</span> : null}
        <span className={`meta ${classes.since}`}>
          <Ago at={alert.raised_at} />
          {alert.ended_at ? (
            <>
              {" · "}
              {t("alerts.lasted")} <Took from={alert.raised_at} to={alert.ended_at} />
            </>
          ) : null}
        </span>
      </div>
      <p>
        <Said text={alert.message} />
      </p>
      {alert.ended_at ? null : (
        <p className="meta">
          <Said text={alert.remedy} />
        </p>
      )}
      <div className={classes.foot}>
        {alert.acknowledged_at ? (
          <span className="meta">
            {t("alerts.seenBy", { who: alert.acknowledged_by ?? "?" })}{" "}
            <Ago at={alert.acknowledged_at} />
          </span>
        ) : alert.ended_at ? null : (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconEye size={14} />}
            loading={acknowledge.isPending}
            onClick={() => acknowledge.mutate(alert.id, tell(t("alerts.acknowledged")))}
          >
            {t("alerts.acknowledge")}
          </Button>
        )}
        {alert.notified_at ? (
          <span className="meta">
            {t("alerts.notified")} <Ago at={alert.notified_at} />
          </span>
        ) : null}
      </div>
    </article>
  );
}
