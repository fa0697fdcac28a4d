/** Everything that happened, newest first, as it happens; a row opens to its details. */
import { Button, Group } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SempreEvent } from "@/api/types";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Sign } from "@/components/Sign";
import { EventRow } from "./EventRow";
import classes from "./Timeline.module.css";
import { useEvents } from "./useEvents";
import { type Area, isIn } from "./words";

/** So far back it begins, and so much further each time a person asks. */
const STRETCH = 2000;

interface TimelineProps {
  /** Where the log stood when the room was opened. */
  newest: number;
  area: Area | undefined;
  channel: string | undefined;
}

export function Timeline({ newest, area, channel }: TimelineProps) {
  const { t } = useTranslation();
  const [stretch, setStretch] = useState(STRETCH);
  const after = Math.max(0, newest - stretch);
  const { events, state } = useEvents(after, channel);
  const shown = events.filter((event) => isIn(event, area));
  return (
    <>
      <Group gap={12}>
        <Sign
          tone={state === "live" ? "running" : "parked"}
          label={t(state === "live" ? "timeline.live" : "timeline.connecting")}
        />
        <span className="meta figure">{t("timeline.count", { count: shown.length })}</span>
      </Group>
      {shown.length > 0 ? (
        <Rows events={shown} />
      ) : state === "connecting" ? (
        <Loading rows={6} height={38} />
      ) : (
        <Empty title={t("timeline.none")} />
      )}
      {after > 0 ? (
        <Button variant="default" onClick={() => setStretch(stretch + 2 * STRETCH)}>
          {t("timeline.older")}
        </Button>
      ) : null}
    </>
  );
}

function Rows({ events }: { events: readonly SempreEvent[] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => box.current,
    estimateSize: () => 38,
    overscan: 12,
    getItemKey: (index) => events[index]?.id ?? index,
  });
  const toggle = (id: number) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    <div ref={box} className={`card ${classes.box}`} data-list>
      <ol
        className={classes.list}
        style={{ height: virtual.getTotalSize() }}
        aria-label={t("room.timeline")}
      >
        {virtual.getVirtualItems().map((item) => {
          const event = events[item.index];
          if (!event) return null;
          return (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={classes.place}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <EventRow event={event} open={open.has(event.id)} onToggle={() => toggle(event.id)} />
            </li>
          );
        })}
      </ol>
    </div>
  );
}
