/** Spending day by day, as bars; the table below says the same in figures. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { SpendToday } from "@/api/types";
import { Bars } from "@/components/Bars";
import { Loading } from "@/components/Loading";
import { money } from "@/lib/format";
import { useLocale } from "@/lib/i18n";
import { reportOptions } from "./api";
import classes from "./Report.module.css";
import { daysOf, dayText, type Range } from "./range";

interface DaySeriesProps {
  range: Range;
  today: SpendToday;
  channel: string | undefined;
}

export function DaySeries({ range, today, channel }: DaySeriesProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const query = useInfiniteQuery(reportOptions({ by: "day", ...range, channel }));
  if (query.isPending) return <Loading rows={1} height={190} />;
  if (query.isError) return null;
  const items = new Map(
    query.data.pages.flatMap((page) => page.items).map((item) => [item.key, item]),
  );
  const bars = daysOf(range).map((day) => {
    const item = items.get(day);
    const spent = money(item?.cost_micros ?? 0, locale);
    const unknown = item?.unknown_cost_calls
      ? `, ${t("report.unknown", { count: item.unknown_cost_calls })}`
      : "";
    return {
      key: day,
      value: item?.cost_micros ?? 0,
      label: `${dayText(day, locale)}: ${spent}${unknown}`,
      open: day === today.day,
    };
  });
  const most = Math.max(0, ...bars.map((bar) => bar.value));
  return (
    <div className={`card ${classes.series}`}>
      <Bars
        label={t("report.byDay")}
        bars={bars}
        most={money(most, locale)}
        first={dayText(bars[0]?.key ?? range.since, locale)}
        last={dayText(range.until, locale)}
      />
    </div>
  );
}
