/** How many things wait in a room. */
import { useTranslation } from "react-i18next";
import type { Status } from "@/api/types";
import type { Tone } from "@/lib/signs";
import classes from "./RoomCount.module.css";

type Counts = Status["counts"];

const WAITING: Readonly<Record<string, readonly [keyof Counts, Tone]>> = {
  approvals: ["approvals", "waiting"],
  observability: ["dead", "failed"],
  settings: ["proposals", "waiting"],
  policies: ["proposals", "waiting"],
};

interface RoomCountProps {
  room: string;
  counts: Counts | undefined;
  /** Where it stands. */
  className?: string | undefined;
}

export function RoomCount({ room, counts, className }: RoomCountProps) {
  const { t } = useTranslation();
  const [name, tone] = WAITING[room] ?? [];
  const count = name ? (counts?.[name] ?? 0) : 0;
  if (count === 0) return null;
  return (
    <span data-tone={tone} className={`${classes.count} ${className ?? ""}`}>
      {count}
      <span className={classes.unseen}> {t("room.waitingCount")}</span>
    </span>
  );
}
