/** Doctor: home, machine, database, Claude Code, connection, work and protection, looked at now. */
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { FindingList } from "@/features/doctor/FindingList";
import { SubRooms } from "@/frame/SubRooms";

export function DoctorRoom() {
  const { t } = useTranslation();
  return (
    <Page title={t("room.doctor")} lead={<p className="meta">{t("doctor.about")}</p>}>
      <SubRooms of="settings" />
      <FindingList />
    </Page>
  );
}
