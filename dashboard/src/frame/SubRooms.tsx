/** The rooms within a room, as links above their content. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { statusOptions } from "@/features/now/api";
import { OBSERVABILITY, SETTINGS } from "@/features/search/rooms";
import { RoomCount } from "./RoomCount";
import classes from "./SubRooms.module.css";

const WITHIN = { observability: OBSERVABILITY, settings: SETTINGS } as const;

export function SubRooms({ of }: { of: keyof typeof WITHIN }) {
  const { t } = useTranslation();
  const { data: status } = useQuery(statusOptions);
  return (
    <nav aria-label={t(`room.${of}`)} className={classes.rooms}>
      {WITHIN[of].map((room) => (
        <Link
          key={room.key}
          to={room.to}
          className={classes.room}
          activeOptions={{ exact: true, includeSearch: false }}
        >
          <room.icon size={15} stroke={1.7} aria-hidden />
          {t(`room.${room.key}`)}
          <RoomCount room={room.key} counts={status?.counts} />
        </Link>
      ))}
    </nav>
  );
}
