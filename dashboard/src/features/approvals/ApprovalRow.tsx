/** A call on two lines: what, who, how dangerous, how long it has waited. A click brings it into the hand. */
import { Link } from "@tanstack/react-router";
import type { ApprovalSummary } from "@/api/types";
import { Ago } from "@/components/times";
import { placeOf } from "@/lib/places";
import { visible } from "@/lib/visible";
import { RiskSign, Verdict } from "./ApprovalParts";
import classes from "./ApprovalRow.module.css";
import { isOpen } from "./queue";

interface ApprovalRowProps {
  approval: ApprovalSummary;
  chosen?: boolean;
}

export function ApprovalRow({ approval, chosen = false }: ApprovalRowProps) {
  const at = approval.decided_at ?? approval.asked_at;
  return (
    <Link
      to="/approvals/$id"
      params={{ id: approval.id }}
      search={isOpen(approval) ? {} : { show: "decided" }}
      className={classes.row}
      aria-current={chosen ? "page" : undefined}
      data-row
    >
      <Verdict approval={approval} bare />
      <span className={`mono one-line ${classes.what}`}>{visible(approval.headline).text}</span>
      <span className={`meta one-line ${classes.who}`}>
        {placeOf(approval)} <span className="figure">#{approval.turn_number}</span> ·{" "}
        <Ago at={at} />
      </span>
      <RiskSign risk={approval.risk} />
    </Link>
  );
}
