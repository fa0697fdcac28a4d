/** Settings: the model that answers, this page's looks, the ways in, and what the server was told. */
import { useTranslation } from "react-i18next";
import { Page, Section } from "@/components/Page";
import { ConnectionPanel } from "@/features/connection/ConnectionPanel";
import { Access } from "@/features/settings/Access";
import { Appearance } from "@/features/settings/Appearance";
import { FileStanding } from "@/features/settings/FileStanding";
import { SettingsList } from "@/features/settings/SettingsList";
import { SubRooms } from "@/frame/SubRooms";

export function SettingsRoom() {
  const { t } = useTranslation();
  return (
    <Page title={t("room.settings")}>
      <SubRooms of="settings" />
      <Section title={t("connection.title")}>
        <ConnectionPanel />
      </Section>
      <Section title={t("appearance.title")}>
        <Appearance />
      </Section>
      <Section title={t("access.title")}>
        <Access />
      </Section>
      <Section title={t("settings.title")}>
        <p className="meta">{t("settings.about")}</p>
        <FileStanding />
        <SettingsList />
      </Section>
    </Page>
  );
}
