/** How urgent a card is: bars that rise, with the word. */
import {
  IconAntennaBars2,
  IconAntennaBars3,
  IconAntennaBars5,
  IconUrgent,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Priority } from "@/api/types";
import classes from "./Priority.module.css";

const ICONS = {
  urgent: IconUrgent,
  high: IconAntennaBars5,
  medium: IconAntennaBars3,
  low: IconAntennaBars2,
} as const;

export function PrioritySign({ priority }: { priority: Priority }) {
  const { t } = useTranslation();
  if (priority === "none") return null;
  const Icon = ICONS[priority];
  const label = t(`priority.${priority}`);
  return (
    <span role="img" aria-label={label} title={label} className={classes.sign} data-at={priority}>
      <Icon size={15} stroke={2} />
    </span>
  );
}
