/** A rule in words: its verdict, and what it holds for. */
import { useTranslation } from "react-i18next";
import type { PolicyRule } from "@/api/types";
import { Sign } from "@/components/Sign";
import { shown } from "@/lib/visible";
import classes from "./Policy.module.css";
import { CONDITIONS, TONE } from "./rules";

export function RuleWords({ rule }: { rule: Omit<PolicyRule, "id"> }) {
  const { t } = useTranslation();
  const said = CONDITIONS.filter((condition) => rule[condition]);
  return (
    <div className={classes.words}>
      <Sign tone={TONE[rule.verdict]} label={t(`policy.verdict.${rule.verdict}`)} />
      {said.length === 0 && !rule.risk ? <span>{t("policy.everything")}</span> : null}
      {said.map((condition) => (
        <span key={condition} className={classes.condition}>
          <span className="meta">{t(`policy.${condition}`)}</span>{" "}
          <code>{shown(rule[condition])}</code>
        </span>
      ))}
      {rule.risk ? (
        <span className={classes.condition}>
          <span className="meta">
            {t(rule.verdict === "allow" ? "policy.riskUpTo" : "policy.riskFrom")}
          </span>{" "}
          {t(`risk.${rule.risk}`)}
        </span>
      ) : null}
      {rule.note ? <span className="meta">{shown(rule.note)}</span> : null}
    </div>
  );
}
