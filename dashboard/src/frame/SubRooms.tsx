/** The rooms within a room, as links above their content. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { OBSERVABILITY, SETTINGS } from "@/features/search/rooms";
import classes from "./SubRooms.module.css";

const WITHIN = { observability: OBSERVABILITY, settings: SETTINGS } as const;

export function SubRooms({ of }: { of: keyof typeof WITHIN }) {
  const { t } = useTranslation();
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
        </Link>
      ))}
    </nav>
  );
}
