/** The calls that wait, the longest first; or those that were decided, the newest first. */
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ApprovalSummary } from "@/api/types";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import classes from "./ApprovalList.module.css";
import { ApprovalRow } from "./ApprovalRow";
import { decidedApprovalsOptions } from "./api";

interface RowsProps {
  approvals: readonly ApprovalSummary[];
  chosen?: string | undefined;
  label: string;
}

export function ApprovalRows({ approvals, chosen, label }: RowsProps) {
  return (
    <ul className={`card ${classes.rows}`} aria-label={label}>
      {approvals.map((approval) => (
        <li key={approval.id}>
          <ApprovalRow approval={approval} chosen={approval.id === chosen} />
        </li>
      ))}
    </ul>
  );
}

export function DecidedList({ chosen }: { chosen?: string | undefined }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(decidedApprovalsOptions);
  if (query.isPending) return <Loading rows={4} height={56} />;
  const approvals = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError && approvals.length === 0) {
    return <Trouble error={query.error} retry={() => void query.refetch()} />;
  }
  if (approvals.length === 0) return <Empty title={t("approval.noneDecided")} />;
  return (
    <div className={classes.list}>
      <ApprovalRows approvals={approvals} chosen={chosen} label={t("approval.decided")} />
      {query.hasNextPage ? (
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("approval.older")}
        </Button>
      ) : null}
    </div>
  );
}
