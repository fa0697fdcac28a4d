/** One worker: what it does now, writing to it, all it did, its memory and its folders. */
import { Anchor, SegmentedControl } from "@mantine/core";
import { IconChevronLeft } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Worker } from "@/api/types";
import { Copyable } from "@/components/Copy";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Sign, WorkerSign } from "@/components/Sign";
import { Sliced } from "@/components/Sliced";
import { Trouble } from "@/components/Trouble";
import { HistoryFilters } from "@/features/turns/HistoryFilters";
import { LiveTurn } from "@/features/turns/LiveTurn";
import { TurnHistory } from "@/features/turns/TurnHistory";
import { unattendedOptions, workerOptions, workersOptions } from "@/features/workers/api";
import { Composer } from "@/features/workers/Composer";
import { PauseButton } from "@/features/workers/PauseButton";
import { QueuePanel, SchedulePanel } from "@/features/workers/QueuePanel";
import { SessionPanel } from "@/features/workers/SessionPanel";
import { TrustPanel } from "@/features/workers/TrustPanel";
import { WorkerList } from "@/features/workers/WorkerList";
import { WorkerNotice } from "@/features/workers/WorkerNotice";
import { NotFound } from "@/frame/NotFound";
import { isMissing } from "@/lib/client";
import { waitsBehind } from "@/lib/places";
import { later } from "@/lib/served";
import type { WorkerTab } from "@/router";
import classes from "./worker.module.css";

const DirectivesForm = later(() => import("@/features/workers/DirectivesForm"));
const SessionList = later(() => import("@/features/workers/SessionList"));

const route = getRouteApi("/workers/$name");

const LOADING = <Loading rows={3} height={120} />;

export function WorkerRoom() {
  const { t } = useTranslation();
  const { name } = route.useParams();
  const workers = useQuery(workersOptions);
  const worker = useQuery({
    ...workerOptions(name),
    // What the list knows is shown until the worker's own answer is there.
    placeholderData: workers.data?.find((each) => each.name === name),
  });
  if (isMissing(worker.error)) return <NotFound />;
  return (
    <div className={classes.room}>
      <div className={classes.list}>
        {workers.data ? (
          <WorkerList workers={workers.data} chosen={name} />
        ) : (
          <Loading rows={4} height={58} />
        )}
      </div>
      <Page
        title={name}
        tab={`${name} · ${t("room.workers")}`}
        lead={worker.data ? <Lead worker={worker.data} /> : undefined}
        actions={
          <>
            <Anchor component={Link} to="/workers" size="sm" className={classes.back}>
              <IconChevronLeft size={14} /> {t("room.workers")}
            </Anchor>
            {worker.data ? <PauseButton worker={worker.data} /> : null}
          </>
        }
      >
        {worker.data ? (
          <Sliced key={name} instead={LOADING}>
            <WorkerParts worker={worker.data} />
          </Sliced>
        ) : worker.isError ? (
          <Trouble error={worker.error} retry={() => void worker.refetch()} />
        ) : (
          LOADING
        )}
      </Page>
    </div>
  );
}

function Lead({ worker }: { worker: Worker }) {
  const { t } = useTranslation();
  const { data: unattended = [] } = useQuery(unattendedOptions);
  const behind = waitsBehind(worker);
  return (
    <div className={classes.lead}>
      <WorkerSign state={worker.state} />
      {unattended.includes(worker.channel) ? (
        <span title={t("workers.unattendedWhy")}>
          <Sign tone="failed" label={t("workers.unattended")} />
        </span>
      ) : null}
      {worker.model ? <span className="mono">{worker.model}</span> : null}
      {behind > 0 ? <span>{t("workers.queued", { count: behind })}</span> : null}
    </div>
  );
}

function WorkerParts({ worker }: { worker: Worker }) {
  const { t } = useTranslation();
  return (
    <div className={classes.columns}>
      <div className={classes.main}>
        <WorkerNotice worker={worker} />
        {worker.live ? (
          <Section title={t("workers.live")}>
            <LiveTurn turn={worker.live} />
          </Section>
        ) : null}
        <Composer worker={worker} />
        <Tabs worker={worker} />
      </div>
      <aside className={classes.side} aria-label={t("workers.about")}>
        <SessionPanel worker={worker} />
        <QueuePanel worker={worker} />
        <SchedulePanel worker={worker} />
        <TrustPanel name={worker.name} />
      </aside>
    </div>
  );
}

const TABS = ["history", "directives", "sessions"] as const;

function Tabs({ worker }: { worker: Worker }) {
  const { t } = useTranslation();
  const { show } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (tab: string) =>
    void navigate({
      search: tab === "history" ? {} : { show: tab as WorkerTab },
      resetScroll: false,
    });
  return (
    <>
      <SegmentedControl
        className={classes.tabs}
        size="xs"
        aria-label={t("workers.tabs")}
        value={show ?? "history"}
        onChange={open}
        data={TABS.map((value) => ({ value, label: t(`workers.tab.${value}`) }))}
      />
      {show ? (
        <Suspense fallback={<Loading rows={3} height={64} />}>
          {show === "directives" ? (
            <DirectivesForm key={worker.name} name={worker.name} />
          ) : (
            <SessionList name={worker.name} />
          )}
        </Suspense>
      ) : (
        <History worker={worker} />
      )}
    </>
  );
}

function History({ worker }: { worker: Worker }) {
  const { t } = useTranslation();
  const { state, q } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (search: { state?: typeof state; q?: typeof q }) =>
    void navigate({ search, replace: true, resetScroll: false });
  return (
    <Section title={t("history.title")}>
      <HistoryFilters
        state={state}
        q={q}
        onState={(chosen) => show({ state: chosen, q })}
        onSearch={(words) => show({ state, q: words })}
      />
      <TurnHistory
        filter={{ channel: worker.channel, ...(state ? { state } : {}), ...(q ? { q } : {}) }}
        onClear={() => show({})}
        empty={
          <Empty title={t("workers.noTurns")}>
            <Copyable text={worker.queue_path} label={t("queue.copy", { label: t("queue.in") })} />
          </Empty>
        }
      />
    </Section>
  );
}
