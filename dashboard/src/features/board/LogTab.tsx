/** The log of a run: the turns of its visits one after the other, each stage under a head of its own. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Card, Run, StageVisit } from "@/api/types";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { LogLines } from "@/components/log/LogLines";
import { Trouble } from "@/components/Trouble";
import { readLog, useTurnLogs } from "@/lib/turnLogs";
import { runOptions } from "./api";
import { RunPicker } from "./RunPicker";
import { runRows } from "./runRows";
import { visitTone } from "./stages";
import type { CardTab } from "./tabs";

interface LogTabProps {
  card: Card;
  runId: string;
  line: number | undefined;
  onTab: (tab: CardTab, run?: string) => void;
}

export function LogTab({ card, runId, line, onTab }: LogTabProps) {
  const query = useQuery(runOptions(runId));
  return (
    <>
      <RunPicker card={card} runId={runId} onPick={(run) => onTab("log", run)} />
      {query.isPending ? (
        <Loading rows={6} height={28} />
      ) : query.data ? (
        <RunLog run={query.data} line={line} />
      ) : (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      )}
    </>
  );
}

interface Told extends StageVisit {
  turn: NonNullable<StageVisit["turn"]>;
}

function RunLog({ run, line }: { run: Run; line: number | undefined }) {
  const { t } = useTranslation();
  const told = useMemo(
    () => run.visits.filter((visit): visit is Told => visit.turn !== null),
    [run.visits],
  );
  const ids = told.map((visit) => visit.turn.id);
  const logs = useTurnLogs(ids);
  // A visit is told of by one reading, its log by another: what has no log yet is not shown yet.
  const rows = useMemo(
    () =>
      runRows(
        told.slice(0, logs.length).map((visit, index) => ({
          start: visit.logStart,
          at: Date.parse(visit.startedAt),
          head: [t(`stage.${visit.stage}`), visit.kind === "work" ? "" : t(`visit.${visit.kind}`)]
            .filter(Boolean)
            .join(", "),
          tone: visitTone(visit),
          rows: logs[index]?.rows ?? [],
          ready: logs[index]?.ready ?? false,
        })),
      ),
    [told, logs, t],
  );
  const failed = logs.some((log) => log.failed && !log.ready);
  // Read once to its end before it is shown, so that its reader begins where it is now.
  const [shown, setShown] = useState(false);
  if (!shown && ids.length > 0 && logs.length === ids.length && logs.every((log) => log.ready)) {
    setShown(true);
  }
  if (failed && !shown) {
    return (
      <Empty title={t("log.failed")}>
        <Button size="xs" variant="default" onClick={() => ids.forEach(readLog)}>
          {t("action.tryAgain")}
        </Button>
      </Empty>
    );
  }
  if (ids.length === 0) {
    return <Empty title={t(run.isActive ? "card.logBegins" : "log.empty")} />;
  }
  if (!shown) return <Loading rows={6} height={28} />;
  return <LogLines rows={rows} running={run.isActive} line={line} linkTo={lineLink} />;
}

function lineLink(seq: number): string {
  const address = new URL(location.href);
  address.searchParams.set("line", String(seq));
  return address.href;
}
