/** One call in full: what exactly, who asks and why, how dangerous it is, and what happens without an answer. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Approval, ApprovalSummary, Risk } from "@/api/types";
import { ToolInput } from "@/components/code/ToolInput";
import { Said } from "@/components/Said";
import { Shape, Sign } from "@/components/Sign";
import { Ago, Elapsed, Remaining } from "@/components/times";
import type { Tone } from "@/lib/signs";
import { visible } from "@/lib/visible";
import classes from "./ApprovalParts.module.css";
import { isOpen } from "./queue";

const RISK: Record<Risk, Tone> = { low: "done", medium: "waiting", high: "failed" };

export function RiskSign({ risk }: { risk: Risk }) {
  const { t } = useTranslation();
  return (
    <span data-tone={RISK[risk]} className={classes.risk} data-risk={risk}>
      {t(`risk.${risk}`)}
    </span>
  );
}

export function ApprovalParts({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const changed = approval.changed_input;
  return (
    <>
      <ApprovalWarning approval={approval} />
      <section className={classes.what} aria-label={t("approval.what")}>
        <p className={classes.tool}>
          <strong>{approval.tool}</strong> <RiskSign risk={approval.risk} />
          <span>{approval.risk_reason}</span>
        </p>
        <ToolInput tool={approval.tool} input={approval.input} />
        {changed ? (
          <>
            <p className="meta">{t("approval.changedTo")}</p>
            <ToolInput tool={approval.tool} input={changed} />
          </>
        ) : null}
      </section>
      <dl className={classes.facts}>
        <Fact label={t("approval.who")}>
          <Asker approval={approval} />
        </Fact>
        <Fact label={t("approval.why")}>
          {approval.why ? (
            <q className={classes.words}>{visible(approval.why).text}</q>
          ) : (
            <span className="meta">{t("approval.saidNothing")}</span>
          )}
        </Fact>
        <Fact label={t("approval.where")}>
          <span className="mono">{approval.directory}</span>
        </Fact>
        <Fact label={t("approval.rule")}>
          <Said text={approval.rule_reason} /> <span className="meta mono">{approval.rule}</span>
        </Fact>
        <Fact label={t(isOpen(approval) ? "approval.otherwise" : "approval.outcome")}>
          <Fate approval={approval} />
        </Fact>
      </dl>
    </>
  );
}

function ApprovalWarning({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  if (approval.state !== "unknown") return null;
  return (
    <p data-tone="failed" className={classes.warning} role="note">
      <Shape tone="failed" /> <span>{t("approval.unknown")}</span>
    </p>
  );
}

function Asker({ approval }: { approval: ApprovalSummary }) {
  const { t } = useTranslation();
  return (
    <>
      {approval.worker ? (
        <Link to="/workers/$name" params={{ name: approval.worker }} className={classes.link}>
          {approval.worker}
        </Link>
      ) : (
        approval.channel
      )}
      {approval.subagent ? ` · ${t("approval.subagent")}` : ""} ·{" "}
      <Link to="/turns/$id" params={{ id: approval.turn_id }} className={classes.link}>
        <span className="figure">#{approval.turn_number}</span>
      </Link>{" "}
      <span className={classes.prompt}>{visible(approval.prompt_head).text}</span>
    </>
  );
}

/** What becomes of it: while it waits, when it is refused; after that, who decided and what came of it. */
function Fate({ approval }: { approval: ApprovalSummary }) {
  const { t } = useTranslation();
  if (isOpen(approval)) {
    return (
      <>
        {t("approval.refusedIn")} <Remaining to={approval.expires_at} />.{" "}
        <span className="meta">
          {t(approval.held ? "approval.held" : "approval.deferred")} {t("approval.waitsFor")}{" "}
          <Elapsed from={approval.asked_at} />.
        </span>
      </>
    );
  }
  return (
    <>
      <Verdict approval={approval} />
      {approval.decided_by ? ` ${t("approval.by", { who: approval.decided_by })}` : ""}
      {approval.decided_at ? (
        <>
          {" "}
          · <Ago at={approval.decided_at} />
        </>
      ) : null}
      {approval.decision_reason ? `: ${approval.decision_reason}` : ""}
    </>
  );
}

const VERDICT: Record<ApprovalSummary["state"], Tone> = {
  pending: "waiting",
  unknown: "waiting",
  approved: "done",
  released: "done",
  refused: "failed",
  expired: "idle",
  withdrawn: "idle",
};

export function Verdict({ approval, bare }: { approval: ApprovalSummary; bare?: boolean }) {
  const { t } = useTranslation();
  return (
    <Sign
      tone={VERDICT[approval.state]}
      label={t(`approvalState.${approval.state}`)}
      {...(bare ? { bare } : {})}
    />
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt className="meta">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
