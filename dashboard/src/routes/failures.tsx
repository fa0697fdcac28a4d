/** Failures: what used up its attempts, why, and the ways on. */
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { LetterList } from "@/features/dead-letters/LetterList";

export function FailuresRoom() {
  const { t } = useTranslation();
  return (
    <Page title={t("room.failures")} lead={<p className="meta">{t("dead.about")}</p>}>
      <LetterList />
    </Page>
  );
}
