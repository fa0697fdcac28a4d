/** One rule in its place, with the ways to move, change and remove it. */
import { ActionIcon, Group } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPencil, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./Policy.module.css";
import { RuleWords } from "./RuleWords";
import type { DraftRule } from "./rules";

interface RuleRowProps {
  rule: DraftRule;
  number: number;
  last: boolean;
  onMove: (by: 1 | -1) => void;
  onEdit: () => void;
  onRemove: () => void;
}

export function RuleRow({ rule, number, last, onMove, onEdit, onRemove }: RuleRowProps) {
  const { t } = useTranslation();
  return (
    <li className={classes.rule}>
      <span className="meta figure">{number}</span>
      <RuleWords rule={rule} />
      <Group gap={2} wrap="nowrap" className={classes.tools}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("policy.up", { number })}
          disabled={number === 1}
          onClick={() => onMove(-1)}
        >
          <IconArrowUp size={15} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("policy.down", { number })}
          disabled={last}
          onClick={() => onMove(1)}
        >
          <IconArrowDown size={15} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("policy.edit", { number })}
          onClick={onEdit}
        >
          <IconPencil size={15} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("policy.remove", { number })}
          onClick={onRemove}
        >
          <IconTrash size={15} />
        </ActionIcon>
      </Group>
    </li>
  );
}
