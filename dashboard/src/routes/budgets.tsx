/** Budgets: how much may be spent, how much is, and what raising one does. */
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { BudgetList } from "@/features/budgets/BudgetList";
import { SubRooms } from "@/frame/SubRooms";

export function BudgetsRoom() {
  const { t } = useTranslation();
  return (
    <Page title={t("room.budgets")} lead={<p className="meta">{t("budgets.about")}</p>}>
      <SubRooms of="settings" />
      <BudgetList />
    </Page>
  );
}
