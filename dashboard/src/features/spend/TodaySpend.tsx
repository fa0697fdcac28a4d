/** In the top bar: today's spending against its budget; more of it on hover, focus or tap. */
import { Popover, Progress, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { SpendToday } from "@/api/types";
import { Money, Tokens } from "@/components/figures";
import { Until } from "@/components/times";
import { spendTodayOptions } from "./api";
import { standingOf } from "./standing";
import classes from "./TodaySpend.module.css";

export function TodaySpend() {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const { data: today } = useQuery(spendTodayOptions);
  if (!today) return null;
  const { ratio, tone } = standingOf(today);
  return (
    <Popover opened={opened} onChange={close} position="bottom-end" width={260} withArrow trapFocus>
      <Popover.Target>
        <UnstyledButton className={classes.spend} onClick={toggle} aria-label={t("spend.open")}>
          <span>
            <Money micros={today.total.cost_micros} />{" "}
            <span className={`meta ${classes.word}`}>
              {today.budget_micros === null ? (
                t("status.today")
              ) : (
                <>
                  {t("spend.of")} <Money micros={today.budget_micros} /> {t("status.today")}
                </>
              )}
            </span>
          </span>
          {ratio === null ? null : (
            <span className={classes.bar} data-tone={tone} aria-hidden>
              <span style={{ width: `${Math.min(ratio, 1) * 100}%` }} />
            </span>
          )}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className="over">
        <Details today={today} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Details({ today }: { today: SpendToday }) {
  const { t } = useTranslation();
  const { ratio, tone, willExceed } = standingOf(today);
  const color = { done: "teal", waiting: "yellow", failed: "red" }[tone as "done"] ?? "gray";
  return (
    <div className={classes.details}>
      <dl>
        <Fact label={t("spend.soFar")}>
          <Money micros={today.total.cost_micros} /> · <Tokens count={today.total.tokens} />
        </Fact>
        <Fact label={t("spend.forecast")}>
          <span data-tone={willExceed ? "failed" : undefined} className={classes.forecast}>
            <Money micros={today.forecast.cost_micros} />
          </span>
        </Fact>
        <Fact label={t("spend.budget")}>
          {today.budget_micros === null && today.budget_tokens === null ? (
            t("spend.noBudget")
          ) : (
            <>
              {today.budget_micros === null ? null : <Money micros={today.budget_micros} />}
              {today.budget_tokens === null ? null : (
                <>
                  {" "}
                  <Tokens count={today.budget_tokens} /> {t("spend.tokens")}
                </>
              )}
            </>
          )}
        </Fact>
        <Fact label={t("spend.newDay")}>
          <Until at={today.next_day_at} />
        </Fact>
      </dl>
      {ratio === null ? null : (
        <Progress
          value={Math.min(ratio, 1) * 100}
          color={color}
          size="sm"
          aria-label={t("spend.used")}
        />
      )}
      {willExceed ? <p className={classes.warning}>{t("spend.willExceed")}</p> : null}
    </div>
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
