/** Backups: which there are, whether each is proven, when the next comes. */
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { BackupList } from "@/features/backups/BackupList";
import { SubRooms } from "@/frame/SubRooms";

export function BackupsRoom() {
  const { t } = useTranslation();
  return (
    <Page title={t("room.backups")} lead={<p className="meta">{t("backups.about")}</p>}>
      <SubRooms of="settings" />
      <BackupList />
    </Page>
  );
}
