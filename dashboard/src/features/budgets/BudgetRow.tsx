/** One budget: whose, how much of it is used, where it comes from. */
import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Budget } from "@/api/types";
import { useConfirm, useTell } from "@/components/asking";
import { Money, Tokens } from "@/components/figures";
import { Shape } from "@/components/Sign";
import { Ago } from "@/components/times";
import { useClearBudget } from "./api";
import classes from "./Budgets.module.css";
import { toneOf } from "./limits";

interface BudgetRowProps {
  budget: Budget;
  onEdit: () => void;
}

export function BudgetRow({ budget, onEdit }: BudgetRowProps) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const tell = useTell();
  const clear = useClearBudget();
  const own = budget.changed_at !== null && !budget.inherited;
  const tone = toneOf(budget);
  const ask = () =>
    confirm({
      title: t("budgets.clearTitle"),
      effect: t(budget.channel ? "budgets.clearChannelEffect" : "budgets.clearEffect"),
      confirm: t("budgets.clear"),
      onConfirm: () => clear.mutate(budget.scope, tell(t("budgets.cleared"))),
    });
  return (
    <li className={classes.budget} data-tone={tone}>
      <Shape tone={tone} />
      <div className={classes.what}>
        <p>
          <strong>{t(`budgets.kind.${budget.kind}`)}</strong>{" "}
          {budget.channel ? (
            <span className="mono">{budget.channel}</span>
          ) : budget.kind === "day" ? null : (
            <span className="meta">{t(`budgets.each.${budget.kind}`)}</span>
          )}
        </p>
        <p>
          <Used budget={budget} />
        </p>
        {budget.used_ratio === null ? null : (
          <span className={classes.bar} aria-hidden>
            <span style={{ width: `${Math.min(budget.used_ratio, 1) * 100}%` }} />
          </span>
        )}
        <p className="meta">
          {t("budgets.warns", { percent: budget.warn_percent })} <Source budget={budget} />
          {budget.unknown_cost_calls > 0
            ? ` ${t("budgets.unknown", { count: budget.unknown_cost_calls })}`
            : null}
        </p>
      </div>
      <Group gap={8} className={classes.buttons}>
        <Button size="xs" variant="default" onClick={onEdit}>
          {t("budgets.set")}
        </Button>
        {own ? (
          <Button size="xs" variant="subtle" color="gray" loading={clear.isPending} onClick={ask}>
            {t("budgets.clear")}
          </Button>
        ) : null}
      </Group>
    </li>
  );
}

function Source({ budget }: { budget: Budget }) {
  const { t } = useTranslation();
  if (budget.inherited) return t("budgets.inherited");
  if (!budget.changed_at) return t("budgets.fromSettings");
  return (
    <>
      {t("budgets.setBy", { who: budget.changed_by ?? "?" })} <Ago at={budget.changed_at} />.
    </>
  );
}

function Used({ budget }: { budget: Budget }) {
  const { t } = useTranslation();
  const { micros, tokens, spent_micros, spent_tokens, reserved_micros } = budget;
  return (
    <span className={classes.used}>
      <span>
        {spent_micros === null ? null : (
          <>
            <Money micros={spent_micros} /> {micros === null ? "·" : t("spend.of")}{" "}
          </>
        )}
        {micros === null ? t("budgets.noMoney") : <Money micros={micros} />}
      </span>
      <span>
        {spent_tokens === null ? null : (
          <>
            <Tokens count={spent_tokens} /> {tokens === null ? "·" : t("spend.of")}{" "}
          </>
        )}
        {tokens === null ? (
          t("budgets.noTokens")
        ) : (
          <>
            <Tokens count={tokens} /> {t("spend.tokens")}
          </>
        )}
      </span>
      {reserved_micros > 0 ? (
        <span className="meta">
          <Money micros={reserved_micros} /> {t("budgets.reserved")}
        </span>
      ) : null}
    </span>
  );
}
