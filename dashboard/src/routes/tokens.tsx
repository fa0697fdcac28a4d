/** Tokens: who else may ask, for how long and for what. */
import { useTranslation } from "react-i18next";
import { Page, Section } from "@/components/Page";
import { TokenForm } from "@/features/tokens/TokenForm";
import { TokenList } from "@/features/tokens/TokenList";
import { SubRooms } from "@/frame/SubRooms";

export function TokensRoom() {
  const { t } = useTranslation();
  return (
    <Page title={t("room.tokens")} lead={<p className="meta">{t("tokens.about")}</p>}>
      <SubRooms of="settings" />
      <Section title={t("tokens.title")}>
        <TokenList />
      </Section>
      <Section title={t("tokens.create")}>
        <TokenForm />
      </Section>
    </Page>
  );
}
