/** Rights that sempre.toml names beyond what agents may do by themselves: approved or refused here, one by one. */
import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { PolicyProposal } from "@/api/types";
import { useConfirm, useTell } from "@/components/asking";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Sign } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import { Ago } from "@/components/times";
import type { Tone } from "@/lib/signs";
import { shown } from "@/lib/visible";
import { proposalsOptions, useDecideProposal } from "./api";
import classes from "./Policy.module.css";

const TONE: Record<PolicyProposal["state"], Tone> = {
  open: "waiting",
  approved: "done",
  refused: "failed",
};

export function ProposalList() {
  const { t } = useTranslation();
  const query = useQuery(proposalsOptions);
  if (query.isPending) return <Loading rows={2} height={70} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const { items } = query.data;
  if (items.length === 0) return <Empty title={t("policy.noProposals")} />;
  return (
    <ul className={`card ${classes.list}`}>
      {items.map((proposal) => (
        <ProposalRow key={proposal.id} proposal={proposal} />
      ))}
    </ul>
  );
}

function ProposalRow({ proposal }: { proposal: PolicyProposal }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const tell = useTell();
  const decide = useDecideProposal();
  const { id, state, decided_at } = proposal;
  const go = (decision: "approve" | "refuse") =>
    decide.mutate({ id, decision }, tell(t(`policy.decided.${decision}`)));
  const approve = () =>
    confirm({
      title: t("policy.approveTitle"),
      effect: (
        <>
          <p>{t("policy.approveEffect")}</p>
          <p>
            <code>{shown(proposal.headline)}</code>
          </p>
        </>
      ),
      confirm: t("approval.approve"),
      onConfirm: () => go("approve"),
    });
  return (
    <li className={classes.proposal}>
      <div className={classes.words}>
        <Sign tone={TONE[state]} label={t(`policy.state.${state}`)} />
        <strong>{shown(proposal.headline)}</strong>
        {proposal.wanted ? null : <span className="meta">{t("policy.notWanted")}</span>}
        <span className="meta">
          {decided_at ? (
            <>
              {t("approval.by", { who: proposal.decided_by ?? "?" })} <Ago at={decided_at} />
            </>
          ) : (
            <Ago at={proposal.proposed_at} />
          )}
        </span>
      </div>
      <pre className={classes.wish}>
        {shown(
          JSON.stringify({ [proposal.kind]: proposal.wish, for: proposal.subject || undefined }),
        )}
      </pre>
      <Group gap={8}>
        {state === "approved" ? null : (
          <Button
            size="xs"
            variant="light"
            loading={decide.isPending && decide.variables.decision === "approve"}
            onClick={approve}
          >
            {t("approval.approve")}
          </Button>
        )}
        {state === "refused" ? null : (
          <Button
            size="xs"
            variant="default"
            loading={decide.isPending && decide.variables.decision === "refuse"}
            onClick={() => go("refuse")}
          >
            {t("approval.refuse")}
          </Button>
        )}
      </Group>
    </li>
  );
}
