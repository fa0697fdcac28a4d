/** Moving a card without dragging it: which column, which place in it. */
import { Button, Group, Modal, NumberInput, Select, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CardColumn, CardSummary } from "@/api/types";
import type { Move } from "./deeds";
import { isSamePlace, placeAt } from "./order";
import { ALL_COLUMNS } from "./stages";

interface MoveFormProps {
  card: CardSummary;
  /** All cards of the board, whatever is shown of them. */
  columns: ReadonlyMap<CardColumn, readonly CardSummary[]>;
  onMove: (move: Move) => void;
  onClose: () => void;
}

export default function MoveForm({ card, columns, onMove, onClose }: MoveFormProps) {
  const { t } = useTranslation();
  const cards = (column: CardColumn) => columns.get(column) ?? [];
  const others = (column: CardColumn) => cards(column).filter((each) => each.id !== card.id);
  const stands = cards(card.column).findIndex((each) => each.id === card.id);
  const [column, setColumn] = useState(card.column);
  const [place, setPlace] = useState(stands + 1);
  const last = others(column).length + 1;
  const choose = (next: CardColumn) => {
    setColumn(next);
    setPlace(next === card.column ? stands + 1 : others(next).length + 1);
  };
  const same = isSamePlace(card, column, cards(column), place - 1);
  const submit = () => {
    onClose();
    if (same) return;
    const { rank, ...to } = placeAt(card, column, cards(column), place - 1);
    onMove({ card, place: to, rank });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("card.moveTitle", { card: card.key })}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap={12}>
          <Select
            label={t("card.column")}
            data={ALL_COLUMNS.map((value) => ({ value, label: t(`column.${value}`) }))}
            value={column}
            allowDeselect={false}
            onChange={(value) => value && choose(value)}
            data-autofocus
          />
          <NumberInput
            label={t("card.place")}
            description={t("card.placeAbout", { last })}
            min={1}
            max={last}
            clampBehavior="strict"
            allowDecimal={false}
            value={place}
            onChange={(value) => setPlace(Math.min(last, Math.max(1, Number(value) || 1)))}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" disabled={same}>
              {t("card.move")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
