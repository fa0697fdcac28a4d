/** Approvals: what waits on the left, the one in hand on the right; deciding brings up the next. */
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Trouble } from "@/components/Trouble";
import { ApprovalCard } from "@/features/approvals/ApprovalCard";
import { ApprovalRows, DecidedList } from "@/features/approvals/ApprovalList";
import { openApprovalsOptions } from "@/features/approvals/api";
import { NotifyButton } from "@/features/approvals/NotifyButton";
import { nextOf } from "@/features/approvals/queue";
import classes from "./approvals.module.css";

const SHOWN = ["open", "decided"] as const;

export function ApprovalsRoom() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false });
  const { show = "open" } = useSearch({ strict: false });
  const navigate = useNavigate();
  const query = useQuery(openApprovalsOptions);
  const open = query.data ?? [];
  const first = open[0]?.id;
  const take = (next: string | undefined) =>
    void (next
      ? navigate({ to: "/approvals/$id", params: { id: next }, replace: true })
      : navigate({ to: "/approvals", replace: true }));

  // The one in hand stands in the address, so that nothing that comes or goes takes its place.
  useEffect(() => {
    if (!id && show === "open" && first) {
      void navigate({ to: "/approvals/$id", params: { id: first }, replace: true });
    }
  }, [id, show, first, navigate]);

  const lead = (
    <SegmentedControl
      size="xs"
      aria-label={t("approval.show")}
      value={show}
      onChange={(value) =>
        void navigate({ to: "/approvals", search: value === "decided" ? { show: "decided" } : {} })
      }
      data={SHOWN.map((value) => ({
        value,
        label:
          value === "open" ? t("approval.open", { count: open.length }) : t("approval.decided"),
      }))}
    />
  );
  return (
    <Page title={t("room.approvals")} lead={lead} actions={<NotifyButton />}>
      {query.isPending ? (
        <Loading rows={3} height={64} />
      ) : query.isError && open.length === 0 ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : (
        <div className={classes.room} data-chosen={id || undefined}>
          <div className={classes.list}>
            {show === "decided" ? (
              <DecidedList chosen={id} />
            ) : open.length > 0 ? (
              <ApprovalRows
                approvals={open}
                chosen={id}
                label={t("approval.open", { count: open.length })}
              />
            ) : id ? null : (
              <Empty title={t("approval.none")}>
                <p className="meta">{t("approval.noneNext")}</p>
              </Empty>
            )}
          </div>
          {id ? (
            <div className={classes.hand}>
              <ApprovalCard
                key={id}
                id={id}
                keys
                onDecided={(decided) => take(nextOf(open, decided)?.id)}
              />
            </div>
          ) : null}
        </div>
      )}
    </Page>
  );
}
