/** What can be done from anywhere: decide what waits, suspend, pause, resume, tell a worker, begin anew. */
import type { SpotlightActionData } from "@mantine/spotlight";
import {
  IconAdjustments,
  IconBrain,
  IconHandStop,
  IconPlayerPause,
  IconPlayerPlay,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import type { Worker } from "@/api/types";
import { openApprovalsOptions } from "@/features/approvals/api";
import { statusOptions } from "@/features/now/api";
import { useGoOn } from "@/features/suspension/api";
import { pauseChannel, resumeWorker, workersOptions } from "@/features/workers/api";
import { placeOf } from "@/lib/places";
import { visible } from "@/lib/visible";
import { icon } from "./icon";

const MOST_WAITING = 5;

export function useWaiting(): SpotlightActionData[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data = [] } = useQuery(openApprovalsOptions);
  return data.slice(0, MOST_WAITING).map((approval) => ({
    id: `approval-${approval.id}`,
    label: t("search.decide", { what: visible(approval.headline).text }),
    description: placeOf(approval),
    leftSection: icon(IconHandStop),
    onClick: () => void navigate({ to: "/approvals/$id", params: { id: approval.id } }),
  }));
}

export function useDeeds(onSuspend: () => void): SpotlightActionData[] {
  const { t } = useTranslation();
  const { data: status } = useQuery(statusOptions);
  const { data: workers = [] } = useQuery(workersOptions);
  const goOn = useGoOn();
  const ofWorker = useWorkerDeeds();
  const everything: SpotlightActionData = status?.suspended
    ? {
        id: "go-on",
        label: t("search.resumeAll"),
        leftSection: icon(IconPlayerPlay),
        onClick: () => goOn.mutate(),
      }
    : {
        id: "suspend",
        label: t("suspend.all"),
        keywords: t("search.suspendWords"),
        leftSection: icon(IconHandStop),
        onClick: onSuspend,
      };
  return [everything, ...workers.flatMap(ofWorker)];
}

function useWorkerDeeds(): (worker: Worker) => SpotlightActionData[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const refresh = () => void cache.invalidateQueries({ queryKey: keys.workers });
  return (worker) => {
    const { name, channel } = worker;
    const show = (tab: "directives" | "sessions") => () =>
      void navigate({ to: "/workers/$name", params: { name }, search: { show: tab } });
    const held = worker.pause !== null || worker.state === "stopped" || worker.state === "parked";
    const said = { worker: name };
    return [
      held
        ? {
            id: `resume-${name}`,
            label: t("search.resume", said),
            leftSection: icon(IconPlayerPlay),
            onClick: () => void resumeWorker(name).finally(refresh),
          }
        : {
            id: `pause-${name}`,
            label: t("search.pause", said),
            leftSection: icon(IconPlayerPause),
            onClick: () => void pauseChannel(channel).finally(refresh),
          },
      {
        id: `directives-${name}`,
        label: t("search.directives", said),
        keywords: t("search.directivesWords"),
        leftSection: icon(IconAdjustments),
        onClick: show("directives"),
      },
      {
        id: `sessions-${name}`,
        label: t("search.sessions", said),
        keywords: t("search.sessionsWords"),
        leftSection: icon(IconBrain),
        onClick: show("sessions"),
      },
    ];
  };
}
