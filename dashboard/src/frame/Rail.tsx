/** The rooms: a rail, icons when it is narrow, a bar at the bottom on a phone. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Status } from "@/api/types";
import { ROOMS } from "@/features/search/rooms";
import classes from "./Rail.module.css";
import { RoomCount } from "./RoomCount";

/** Rooms whose names do not fit a bar of six on a phone, in one language or another. */
const LONG = ["approvals", "observability", "settings"] as const;
const isLong = (room: string): room is (typeof LONG)[number] =>
  (LONG as readonly string[]).includes(room);

export function Rail({ status }: { status: Status | undefined }) {
  const { t } = useTranslation();
  return (
    <nav className={classes.rail} aria-label={t("frame.rooms")}>
      <div className={classes.brand}>
        <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width={24} height={24} />
        <span>Sempre</span>
      </div>
      <ul>
        {ROOMS.map((room) => (
          <li key={room.key}>
            <Link
              to={room.to}
              className={classes.room}
              activeOptions={{ exact: room.to === "/", includeSearch: false }}
              title={t(`room.${room.key}`)}
            >
              <room.icon size={18} stroke={1.6} aria-hidden />
              <span className={classes.name}>{t(`room.${room.key}`)}</span>
              {isLong(room.key) ? (
                <span className={classes.short}>{t(`roomShort.${room.key}`)}</span>
              ) : null}
              <RoomCount room={room.key} counts={status?.counts} className={classes.count} />
            </Link>
          </li>
        ))}
      </ul>
      {status ? (
        <p className={`meta ${classes.foot}`} title={status.home}>
          Sempre {status.version}
        </p>
      ) : null}
    </nav>
  );
}
