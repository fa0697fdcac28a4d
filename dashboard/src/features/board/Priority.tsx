/** How urgent a card is: bars that rise, with the word. */
import { IconAlertSquareFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Priority } from "@/api/types";
import classes from "./Priority.module.css";

const BARS = { low: 1, medium: 2, high: 3 } as const;

export function PrioritySign({ priority }: { priority: Priority }) {
  const { t } = useTranslation();
  if (priority === "none") return null;
  const label = t(`priority.${priority}`);
  return (
    <span role="img" aria-label={label} title={label} className={classes.sign} data-at={priority}>
      {priority === "urgent" ? <IconAlertSquareFilled size={14} /> : <Bars full={BARS[priority]} />}
    </span>
  );
}

/** Three, of which so many count. */
function Bars({ full }: { full: number }) {
  return (
    <svg width={14} height={14} viewBox="0 0 14 14" fill="currentColor" aria-hidden="true">
      {[1, 2, 3].map((bar) => (
        <rect
          key={bar}
          x={bar * 4 - 2.5}
          y={12 - bar * 3.2}
          width={3}
          height={bar * 3.2}
          rx={1}
          opacity={bar <= full ? 1 : 0.3}
        />
      ))}
    </svg>
  );
}
