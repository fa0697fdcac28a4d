/** What would become of the call that was tried, and why, part by part. */
import { useTranslation } from "react-i18next";
import type { PolicyTest } from "@/api/types";
import { Sign } from "@/components/Sign";
import { shown } from "@/lib/visible";
import classes from "./Policy.module.css";
import { TONE } from "./rules";

const OUTCOME = { allow: "done", wait: "waiting", deny: "failed" } as const;
const RISK = { low: "idle", medium: "waiting", high: "failed" } as const;

export function Outcome({ test }: { test: PolicyTest }) {
  const { t } = useTranslation();
  return (
    <output className={classes.outcome}>
      <p className={classes.words}>
        <Sign tone={OUTCOME[test.outcome]} label={t(`policy.outcome.${test.outcome}`)} />
        <Sign tone={RISK[test.risk]} label={t(`risk.${test.risk}`)} />
        <span className="meta">{shown(test.risk_reason)}</span>
      </p>
      <dl className={classes.facts}>
        <dt className="meta">{t("policy.verdictLabel")}</dt>
        <dd>{t(`policy.verdict.${test.verdict}`)}</dd>
        <dt className="meta">{t("policy.rule")}</dt>
        <dd>
          <code>{shown(test.rule)}</code>
        </dd>
        {test.reason ? (
          <>
            <dt className="meta">{t("policy.reason")}</dt>
            <dd>{shown(test.reason)}</dd>
          </>
        ) : null}
        <dt className="meta">{t("policy.channels")}</dt>
        <dd>{t(`policy.onAsk.${test.on_ask}`)}</dd>
      </dl>
      {test.answers.length > 1 ? (
        <>
          <p className="meta">{t("policy.parts")}</p>
          <ul className={classes.answers}>
            {test.answers.map((answer) => (
              <li key={`${answer.needs} ${answer.rule}`} className={classes.words}>
                <Sign tone={TONE[answer.verdict]} label={t(`policy.verdict.${answer.verdict}`)} />
                <span>{shown(answer.needs)}</span>
                <code>{shown(answer.rule)}</code>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </output>
  );
}
