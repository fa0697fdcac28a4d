/** The range in figures, the day's forecast, and what nobody knows the price of. */
import { Anchor } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { SpendToday } from "@/api/types";
import { Count, Money, Tokens } from "@/components/figures";
import { Loading } from "@/components/Loading";
import { Shape } from "@/components/Sign";
import { type ReportWish, reportOptions } from "./api";
import classes from "./Report.module.css";

export function Totals({ wish, today }: { wish: ReportWish; today: SpendToday }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(reportOptions(wish));
  const total = query.data?.pages[0]?.total;
  if (!total) return query.isError ? null : <Loading rows={1} height={74} />;
  return (
    <>
      <dl className={classes.totals}>
        <Figure label={t("report.spent")}>
          <Money micros={total.cost_micros} />
        </Figure>
        <Figure label={t("report.tokens")}>
          <Tokens count={total.tokens} />
        </Figure>
        <Figure
          label={t("report.calls")}
          note={
            total.failed_calls > 0
              ? t("report.failedCalls", { count: total.failed_calls })
              : undefined
          }
        >
          <Count value={total.calls} />
        </Figure>
        <Figure label={t("report.forecast")} note={t(`report.method.${today.forecast.method}`)}>
          <Money micros={today.forecast.cost_micros} />
        </Figure>
      </dl>
      {total.unknown_cost_calls > 0 ? (
        <p className={classes.unknown} data-tone="waiting">
          <Shape tone="waiting" />
          <span>
            {t("report.unknownWhy", { count: total.unknown_cost_calls })}{" "}
            <Anchor component={Link} to="/settings/prices" size="sm">
              {t("report.setPrice")}
            </Anchor>
          </span>
        </p>
      ) : null}
    </>
  );
}

interface FigureProps {
  label: string;
  note?: string | undefined;
  children: React.ReactNode;
}

function Figure({ label, note, children }: FigureProps) {
  return (
    <div className={`card ${classes.total}`}>
      <dt className="meta">{label}</dt>
      <dd className={classes.value}>{children}</dd>
      {note ? <dd className="meta">{note}</dd> : null}
    </div>
  );
}
