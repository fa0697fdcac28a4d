/** Workers, before one is chosen: on a wide page the first one is opened at once. */
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Copyable } from "@/components/Copy";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Trouble } from "@/components/Trouble";
import { statusOptions } from "@/features/now/api";
import { workersOptions } from "@/features/workers/api";
import { WorkerList } from "@/features/workers/WorkerList";

export function WorkersRoom() {
  const { t } = useTranslation();
  const workers = useQuery(workersOptions);
  const status = useQuery(statusOptions);
  const wide = useMediaQuery("(min-width: 901px)", true, { getInitialValueInEffect: false });
  const first = workers.data?.[0];
  return (
    <Page title={t("room.workers")}>
      {wide && first ? (
        <Navigate to="/workers/$name" params={{ name: first.name }} replace />
      ) : null}
      {workers.isPending || (wide && first) ? <Loading rows={4} height={58} /> : null}
      {workers.isError ? (
        <Trouble error={workers.error} retry={() => void workers.refetch()} />
      ) : null}
      {workers.data?.length === 0 ? (
        <Empty title={t("workers.none")}>
          <Copyable
            text={`${status.data?.home ?? ""}/.queue/sentinela`}
            label={t("workers.copyFolder")}
          />
        </Empty>
      ) : null}
      {first && workers.data && !wide ? <WorkerList workers={workers.data} /> : null}
    </Page>
  );
}
