/** Setting a budget: what it is for, how much, when it warns; and what that will do, before it is done. */
import { Button, Group, Modal, NumberInput, SegmentedControl, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Budget } from "@/api/types";
import { useTell } from "@/components/asking";
import { ChannelSelect } from "@/components/ChannelSelect";
import { Trouble } from "@/components/Trouble";
import { useSetBudget } from "./api";
import classes from "./Budgets.module.css";
import { changeOf, type Draft, draftOf, wishOf } from "./limits";

interface BudgetFormProps {
  /** Without it: one for a channel of its own. */
  budget: Budget | undefined;
  items: readonly Budget[];
  parked: number;
  onClose: () => void;
}

type Kind = "channel" | "turn";
const number = (value: number | string): number | "" => (typeof value === "number" ? value : "");

export function BudgetForm({ budget, items, parked, onClose }: BudgetFormProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const set = useSetBudget();
  const [kind, setKind] = useState<Kind>("channel");
  const [channel, setChannel] = useState<string>();
  const [draft, setDraft] = useState<Draft>(draftOf(budget));
  const scope = budget?.scope ?? (channel ? `${kind}:${channel}` : undefined);
  const wish = wishOf(draft);
  // What holds now for a channel without one of its own is what holds for each channel.
  const now =
    budget ??
    items.find((each) => each.scope === scope) ??
    items.find((each) => each.scope === kind);
  const change = changeOf(now ?? {}, wish);
  const name = budget
    ? `${t(`budgets.kind.${budget.kind}`)} ${budget.channel ?? ""}`.trim()
    : t("budgets.add");
  const submit = () =>
    scope &&
    set.mutate(
      { scope, wish },
      {
        onSuccess: () => {
          tell(t("budgets.saved")).onSuccess();
          onClose();
        },
      },
    );
  return (
    <Modal
      opened
      onClose={onClose}
      title={name}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap={12}>
          {budget ? null : (
            <>
              <SegmentedControl
                aria-label={t("budgets.for")}
                value={kind}
                onChange={(value) => setKind(value as Kind)}
                data={[
                  { value: "channel", label: t("budgets.kind.channel") },
                  { value: "turn", label: t("budgets.kind.turn") },
                ]}
              />
              <ChannelSelect
                size="sm"
                value={channel}
                onChange={setChannel}
                placeholder={t("budgets.chooseChannel")}
              />
            </>
          )}
          <NumberInput
            label={t("budgets.dollars")}
            description={t("budgets.empty")}
            prefix="$"
            min={0}
            max={1_000_000}
            decimalScale={6}
            value={draft.dollars}
            onChange={(value) => setDraft({ ...draft, dollars: number(value) })}
            data-autofocus
          />
          <NumberInput
            label={t("budgets.tokens")}
            description={t("budgets.tokensAbout")}
            min={0}
            max={1_000_000_000_000}
            thousandSeparator=" "
            allowDecimal={false}
            value={draft.tokens}
            onChange={(value) => setDraft({ ...draft, tokens: number(value) })}
          />
          <NumberInput
            label={t("budgets.warnAt")}
            suffix="%"
            min={1}
            max={100}
            allowDecimal={false}
            value={draft.warn}
            onChange={(value) => setDraft({ ...draft, warn: number(value) })}
          />
          {change === "same" ? null : (
            <p className={classes.effect} data-tone={change === "lowered" ? "parked" : "waiting"}>
              {t(`budgets.effect.${change}`)}{" "}
              {change !== "lowered" && parked > 0 ? t("budgets.goOn", { count: parked }) : null}
            </p>
          )}
          {set.isError ? <Trouble error={set.error} /> : null}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" loading={set.isPending} disabled={!scope}>
              {t(change === "raised" || change === "both" ? "budgets.raise" : "action.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
