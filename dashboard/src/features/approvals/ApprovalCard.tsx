/** One call that waits, with everything needed to decide it. */
import { useQuery } from "@tanstack/react-query";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import classes from "./ApprovalCard.module.css";
import { ApprovalParts } from "./ApprovalParts";
import { approvalOptions } from "./api";
import { DecisionBar } from "./DecisionBar";
import { isOpen } from "./queue";

interface ApprovalCardProps {
  id: string;
  keys?: boolean;
  onDecided?: (id: string) => void;
}

export function ApprovalCard({ id, keys = false, onDecided }: ApprovalCardProps) {
  const query = useQuery(approvalOptions(id));
  if (query.isPending) return <Loading rows={1} height={320} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const approval = query.data;
  return (
    <article
      className={`card ${classes.card}`}
      aria-label={approval.headline}
      data-tone="waiting"
      data-open={isOpen(approval) || undefined}
    >
      <div className={classes.parts}>
        <ApprovalParts approval={approval} />
      </div>
      {isOpen(approval) ? (
        <div className={classes.decision}>
          <DecisionBar key={id} approval={approval} keys={keys} onDecided={() => onDecided?.(id)} />
        </div>
      ) : null}
    </article>
  );
}
