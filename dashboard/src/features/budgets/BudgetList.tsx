/** Every budget as it stands today, and the ways to set one and to take it back. */
import { Button, Group } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Budget } from "@/api/types";
import { Loading } from "@/components/Loading";
import { Shape } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import { Until } from "@/components/times";
import { budgetsOptions } from "./api";
import { BudgetForm } from "./BudgetForm";
import { BudgetRow } from "./BudgetRow";
import classes from "./Budgets.module.css";

export function BudgetList() {
  const { t } = useTranslation();
  const query = useQuery(budgetsOptions);
  const [editing, setEditing] = useState<Budget | "new">();
  if (query.isPending) return <Loading rows={4} height={74} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const { items, parked_turns: parked, next_day_at, time_zone } = query.data;
  return (
    <>
      <p className="meta">
        {t("budgets.newDay")} <Until at={next_day_at} /> ({time_zone}).
      </p>
      {parked > 0 ? (
        <p className={classes.parked} data-tone="parked">
          <Shape tone="parked" /> {t("budgets.parked", { count: parked })}
        </p>
      ) : null}
      <ul className={`card ${classes.list}`}>
        {items.map((budget) => (
          <BudgetRow key={budget.scope} budget={budget} onEdit={() => setEditing(budget)} />
        ))}
      </ul>
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => setEditing("new")}
        >
          {t("budgets.add")}
        </Button>
      </Group>
      {editing ? (
        <BudgetForm
          budget={editing === "new" ? undefined : editing}
          items={items}
          parked={parked}
          onClose={() => setEditing(undefined)}
        />
      ) : null}
    </>
  );
}
