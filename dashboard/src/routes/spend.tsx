/** Spend: what it cost, by day, channel, model, agent and turn, and what today will have cost. */
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { SpendGroup, SpendToday } from "@/api/types";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Trouble } from "@/components/Trouble";
import { spendTodayOptions } from "@/features/spend/api";
import { DaySeries } from "@/features/spend-report/DaySeries";
import { ReportFilters } from "@/features/spend-report/ReportFilters";
import { ReportTable } from "@/features/spend-report/ReportTable";
import { lastDays } from "@/features/spend-report/range";
import { Totals } from "@/features/spend-report/Totals";
import { SubRooms } from "@/frame/SubRooms";
import type { SpendSearch } from "@/lib/addresses";

const route = getRouteApi("/observability/spend");
const GROUPS: readonly SpendGroup[] = ["day", "channel", "model", "agent", "turn"];

export function SpendRoom() {
  const { t } = useTranslation();
  const today = useQuery(spendTodayOptions);
  return (
    <Page title={t("room.spend")} lead={<p className="meta">{t("report.about")}</p>}>
      <SubRooms of="observability" />
      {today.data ? (
        <Report today={today.data} />
      ) : today.isError ? (
        <Trouble error={today.error} retry={() => void today.refetch()} />
      ) : (
        <Loading rows={4} height={74} />
      )}
    </Page>
  );
}

function Report({ today }: { today: SpendToday }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const usual = lastDays(today.day, 30);
  const range = { since: search.since ?? usual.since, until: search.until ?? usual.until };
  const by = search.by ?? "day";
  const wish = { by, ...range, channel: search.channel };
  const show = (change: SpendSearch) =>
    void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false });
  return (
    <>
      <ReportFilters
        by={by}
        range={range}
        today={today.day}
        channel={search.channel}
        onRange={show}
        onChannel={(channel) => show({ channel })}
      />
      <Totals wish={wish} today={today} />
      <DaySeries range={range} today={today} channel={search.channel} />
      <Section
        title={t("report.table")}
        aside={
          <SegmentedControl
            size="xs"
            aria-label={t("report.by.label")}
            value={by}
            onChange={(chosen) => show({ by: chosen as SpendGroup })}
            data={GROUPS.map((value) => ({ value, label: t(`report.by.${value}`) }))}
          />
        }
      >
        <ReportTable wish={wish} />
      </Section>
    </>
  );
}
