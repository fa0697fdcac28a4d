/** Prices: what a million tokens of a model cost. */
import { useTranslation } from "react-i18next";
import { Page } from "@/components/Page";
import { PriceList } from "@/features/prices/PriceList";
import { SubRooms } from "@/frame/SubRooms";

export function PricesRoom() {
  const { t } = useTranslation();
  return (
    <Page title={t("room.prices")} lead={<p className="meta">{t("prices.about")}</p>}>
      <SubRooms of="settings" />
      <PriceList />
    </Page>
  );
}
