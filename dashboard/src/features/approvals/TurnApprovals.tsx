/** What a turn waits for, to be decided where it is read about. */
import { useQuery } from "@tanstack/react-query";
import { ApprovalCard } from "./ApprovalCard";
import { turnApprovalsOptions } from "./api";

export function TurnApprovals({ turnId }: { turnId: string }) {
  const { data = [] } = useQuery(turnApprovalsOptions(turnId));
  return data.map((approval) => <ApprovalCard key={approval.id} id={approval.id} />);
}
