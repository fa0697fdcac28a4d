/** Prices as they count: a person's own first, then those of this release. */
import { Button, Group, Table } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Price } from "@/api/types";
import { useConfirm, useTell } from "@/components/asking";
import { Price as Rate } from "@/components/figures";
import { Loading } from "@/components/Loading";
import { Sign } from "@/components/Sign";
import { TableBox } from "@/components/TableBox";
import { Trouble } from "@/components/Trouble";
import { pricesOptions, useRemovePrice } from "./api";
import { PriceForm } from "./PriceForm";
import classes from "./Prices.module.css";
import { RATES } from "./rates";

export function PriceList() {
  const { t } = useTranslation();
  const query = useQuery(pricesOptions);
  const [editing, setEditing] = useState<Price | "new">();
  if (query.isPending) return <Loading rows={6} height={38} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      <TableBox label={t("room.prices")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("prices.model")}</Table.Th>
            {RATES.map((rate) => (
              <Table.Th key={rate} className={classes.number}>
                {t(`prices.rate.${rate}`)}
              </Table.Th>
            ))}
            <Table.Th>{t("prices.source")}</Table.Th>
            <Table.Td />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {query.data.map((price) => (
            <PriceRow
              key={`${price.model} ${price.own}`}
              price={price}
              onEdit={() => setEditing(price)}
            />
          ))}
        </Table.Tbody>
      </TableBox>
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => setEditing("new")}
        >
          {t("prices.add")}
        </Button>
      </Group>
      {editing ? (
        <PriceForm
          price={editing === "new" ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      ) : null}
    </>
  );
}

function PriceRow({ price, onEdit }: { price: Price; onEdit: () => void }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const tell = useTell();
  const remove = useRemovePrice();
  const ask = () =>
    confirm({
      title: t("prices.removeTitle", { model: price.model }),
      effect: t("prices.removeEffect"),
      confirm: t("action.remove"),
      onConfirm: () => remove.mutate(price.model, tell(t("prices.removed"))),
    });
  return (
    <Table.Tr>
      <Table.Td className={`mono ${classes.model}`}>{price.model}</Table.Td>
      {RATES.map((rate) => (
        <Table.Td key={rate} className={classes.number} data-label={t(`prices.rate.${rate}`)}>
          <Rate micros={price[rate]} />
        </Table.Td>
      ))}
      <Table.Td className={classes.source}>
        <Sign
          tone={price.own ? "running" : "idle"}
          label={t(price.own ? "prices.own" : "prices.shipped")}
        />
      </Table.Td>
      <Table.Td className={classes.deeds}>
        <Group gap={6} justify="flex-end">
          <Button size="compact-xs" variant="default" onClick={onEdit}>
            {t("prices.change")}
          </Button>
          {price.own ? (
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              loading={remove.isPending}
              onClick={ask}
            >
              {t("action.remove")}
            </Button>
          ) : null}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
