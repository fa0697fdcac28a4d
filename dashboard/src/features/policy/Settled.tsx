/** What holds beside a person's rules: those of sempre.toml, and what is allowed by itself. Read-only. */
import { useTranslation } from "react-i18next";
import type { Policy } from "@/api/types";
import { Empty } from "@/components/Empty";
import { Sign } from "@/components/Sign";
import classes from "./Policy.module.css";
import { RuleWords } from "./RuleWords";

export function SettingsRules({ rules }: { rules: Policy["settings_rules"] }) {
  const { t } = useTranslation();
  if (rules.length === 0) return <Empty title={t("policy.noSettingsRules")} />;
  return (
    <ol className={`card ${classes.list}`}>
      {rules.map(({ rule, holds, state, proposal_id }, index) => (
        <li key={rule.id || index} className={classes.rule}>
          <span className="meta figure">{index + 1}</span>
          <RuleWords rule={rule} />
          <Sign
            tone={holds ? "done" : "waiting"}
            // One that only narrows and has a proposal is gone from the file: that takes it away.
            label={t(
              !holds
                ? "policy.waits"
                : state === null && proposal_id !== null
                  ? "policy.holdsOn"
                  : "policy.holds",
            )}
          />
        </li>
      ))}
    </ol>
  );
}

export function Defaults({ defaults }: { defaults: Policy["defaults"] }) {
  const { t } = useTranslation();
  return (
    <dl className={`card ${classes.defaults}`}>
      {(["programs", "git", "tools"] as const).map((part) => (
        <div key={part}>
          <dt className="meta">{t(`policy.default.${part}`)}</dt>
          <dd className={classes.names}>
            {defaults[part].map((name) => (
              <code key={name}>{name}</code>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
