/** The sums as a table, each with its share of the range. */
import { Table } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { SpendGroup, SpendItem } from "@/api/types";
import { Empty } from "@/components/Empty";
import { Count, Money, Tokens } from "@/components/figures";
import { Loading } from "@/components/Loading";
import { More } from "@/components/More";
import { TableBox } from "@/components/TableBox";
import { Trouble } from "@/components/Trouble";
import { percent } from "@/lib/format";
import { useLocale } from "@/lib/i18n";
import { placeOf } from "@/lib/places";
import { plain } from "@/lib/plain";
import { type ReportWish, reportOptions } from "./api";
import classes from "./Report.module.css";
import { dayText } from "./range";

export function ReportTable({ wish }: { wish: ReportWish }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(reportOptions(wish));
  if (query.isPending) return <Loading rows={5} height={38} />;
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError && items.length === 0) {
    return <Trouble error={query.error} retry={() => void query.refetch()} />;
  }
  if (items.length === 0) return <Empty title={t("report.none")} />;
  const whole = query.data?.pages[0]?.total.cost_micros ?? 0;
  return (
    <>
      <TableBox label={t("report.table")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t(`report.by.${wish.by}`)}</Table.Th>
            <Table.Th className={classes.number}>{t("report.spent")}</Table.Th>
            <Table.Th>{t("report.share")}</Table.Th>
            <Table.Th className={classes.number}>{t("report.tokens")}</Table.Th>
            <Table.Th className={classes.number}>{t("report.calls")}</Table.Th>
            <Table.Th className={classes.number}>{t("report.unpriced")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Row key={item.key} by={wish.by} item={item} whole={whole} />
          ))}
        </Table.Tbody>
      </TableBox>
      <More query={query} />
    </>
  );
}

interface RowProps {
  by: SpendGroup;
  item: SpendItem;
  whole: number;
}

function Row({ by, item, whole }: RowProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const share = whole > 0 ? item.cost_micros / whole : 0;
  const unknown = item.cost_micros === 0 && item.unknown_cost_calls > 0;
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.name}>
        <Name by={by} item={item} />
      </Table.Th>
      <Table.Td className={classes.number} data-label={t("report.spent")}>
        <Money micros={unknown ? null : item.cost_micros} />
      </Table.Td>
      <Table.Td data-label={t("report.share")}>
        <span className={classes.share} aria-hidden>
          <span style={{ width: `${share * 100}%` }} />
        </span>
        <span className="meta figure">{percent(share, locale)}</span>
      </Table.Td>
      <Table.Td className={classes.number} data-label={t("report.tokens")}>
        <Tokens count={item.tokens} />
      </Table.Td>
      <Table.Td className={classes.number} data-label={t("report.calls")}>
        <Count value={item.calls} />
      </Table.Td>
      <Table.Td className={classes.number} data-label={t("report.unpriced")}>
        {item.unknown_cost_calls > 0 ? <Count value={item.unknown_cost_calls} /> : null}
      </Table.Td>
    </Table.Tr>
  );
}

function Name({ by, item }: { by: SpendGroup; item: SpendItem }) {
  const { t } = useTranslation();
  const locale = useLocale();
  if (by === "day") return <span className="figure">{dayText(item.key, locale)}</span>;
  if (by !== "turn") return <span className="mono">{item.key}</span>;
  if (!item.key) return <span>{t("report.noTurn")}</span>;
  if (!item.turn) return <span className="mono">{item.key}</span>;
  return (
    <Link to="/turns/$id" params={{ id: item.key }} className={classes.turn} data-row>
      <strong>{placeOf(item.turn)}</strong> <span className="figure">#{item.turn.number}</span>{" "}
      {plain(item.turn.prompt_head)}
    </Link>
  );
}
