/** Audit: who did what, by which rule or whose decision, and whether the trail is whole. */
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page, Section } from "@/components/Page";
import { AuditFilters } from "@/features/audit/AuditFilters";
import { AuditList } from "@/features/audit/AuditList";
import { Verification } from "@/features/audit/Verification";
import { SubRooms } from "@/frame/SubRooms";
import type { AuditSearch } from "@/lib/addresses";

const route = getRouteApi("/settings/audit");

export function AuditRoom() {
  const { t } = useTranslation();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const show = (search: AuditSearch) =>
    void navigate({ search, replace: true, resetScroll: false });
  return (
    <Page title={t("room.audit")} lead={<p className="meta">{t("audit.about")}</p>}>
      <SubRooms of="settings" />
      <Section title={t("audit.verification")}>
        <Verification />
      </Section>
      <Section title={t("audit.records")}>
        <AuditFilters filter={filter} onFilter={show} />
        <AuditList filter={filter} onClear={() => show({})} />
      </Section>
    </Page>
  );
}
