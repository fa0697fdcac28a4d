/** Alerts: what is wrong now, what was, and who is told. */
import { SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page, Section } from "@/components/Page";
import { AlertList } from "@/features/alerts/AlertList";
import { alertsOptions } from "@/features/alerts/api";
import { WebhookPanel } from "@/features/alerts/WebhookPanel";
import { SubRooms } from "@/frame/SubRooms";

const route = getRouteApi("/observability/alerts");

export function AlertsRoom() {
  const { t } = useTranslation();
  const { show = "open" } = route.useSearch();
  const navigate = route.useNavigate();
  // What comes below would be pushed about by what is still on its way.
  const { isPending } = useInfiniteQuery(alertsOptions(show));
  return (
    <Page title={t("room.alerts")} lead={<p className="meta">{t("alerts.about")}</p>}>
      <SubRooms of="observability" />
      <Section
        title={t("alerts.title")}
        aside={
          <SegmentedControl
            size="xs"
            aria-label={t("alerts.show")}
            value={show}
            onChange={(value) =>
              void navigate({
                search: value === "all" ? { show: "all" } : {},
                replace: true,
                resetScroll: false,
              })
            }
            data={[
              { value: "open", label: t("alerts.open") },
              { value: "all", label: t("alerts.history") },
            ]}
          />
        }
      >
        <AlertList state={show} />
      </Section>
      {isPending ? null : (
        <Section title={t("alerts.webhook")}>
          <WebhookPanel />
        </Section>
      )}
    </Page>
  );
}
