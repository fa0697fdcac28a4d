/** Money and counts, in tabular figures and the reader's locale. */
import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import * as format from "@/lib/format";
import { useLocale } from "@/lib/i18n";

/** `null` is a cost that nobody knows: a model without a price. */
export function Money({ micros }: { micros: number | null | undefined }) {
  const locale = useLocale();
  const { t } = useTranslation();
  if (micros === null || micros === undefined) {
    return (
      <Tooltip label={t("money.unknownWhy")}>
        <span role="img" aria-label={t("money.unknown")} className="mono figure">
          —
        </span>
      </Tooltip>
    );
  }
  return <span className="mono figure">{format.money(micros, locale)}</span>;
}

/** What a million tokens cost. */
export function Price({ micros }: { micros: number }) {
  return <span className="mono figure">{format.price(micros, useLocale())}</span>;
}

export function Tokens({ count }: { count: number }) {
  const locale = useLocale();
  return (
    <span className="mono figure" title={format.count(count, locale)}>
      {format.tokens(count, locale)}
    </span>
  );
}

export function Count({ value }: { value: number }) {
  return <span className="figure">{format.count(value, useLocale())}</span>;
}
