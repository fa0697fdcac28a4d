/** All turns of a channel, newest first: filtered, searched, scrolled without end, walked with J and K. */
import { Button } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TurnFilter } from "@/api/keys";
import { turnListOptions } from "@/api/turnLists";
import type { Turn } from "@/api/types";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import classes from "./TurnHistory.module.css";
import { TurnRow } from "./TurnRow";

interface TurnHistoryProps {
  filter: TurnFilter;
  onClear: () => void;
  /** Shown when the channel has no turn at all. */
  empty: React.ReactNode;
}

export function TurnHistory({ filter, onClear, empty }: TurnHistoryProps) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(turnListOptions(filter));
  const turns = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  if (query.isPending) return <Loading rows={5} height={52} />;
  if (query.isError && turns.length === 0) {
    return <Trouble error={query.error} retry={() => void query.refetch()} />;
  }
  const more = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
  };
  if (turns.length === 0 && query.hasNextPage) return <Further more={more} />;
  if (turns.length === 0) {
    if (!filter.state && !filter.q) return empty;
    return (
      <Empty title={t("history.noMatch")}>
        <Button size="xs" variant="default" onClick={onClear}>
          {t("history.clear")}
        </Button>
      </Empty>
    );
  }
  return <Rows turns={turns} more={more} />;
}

/** A search reads so many turns a page: one without a match is not yet the end. */
function Further({ more }: { more: () => void }) {
  useEffect(more);
  return <Loading rows={5} height={52} />;
}

function Rows({ turns, more }: { turns: readonly Turn[]; more: () => void }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: turns.length,
    getScrollElement: () => box.current,
    estimateSize: () => 56,
    overscan: 8,
    getItemKey: (index) => turns[index]?.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= turns.length - 10) more();
  }, [last, turns.length, more]);
  useWalk(box, turns.length, (index) => virtual.scrollToIndex(index));

  return (
    <div ref={box} className={`card ${classes.box}`}>
      <ul
        className={classes.list}
        style={{ height: virtual.getTotalSize() }}
        aria-label={t("history.title")}
      >
        {items.map((item) => {
          const turn = turns[item.index];
          if (!turn) return null;
          return (
            <li
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={classes.place}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <TurnRow turn={turn} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** J and K move the focus along the rows; Enter on a row is the browser's own. */
function useWalk(
  box: React.RefObject<HTMLDivElement | null>,
  length: number,
  show: (index: number) => void,
): void {
  const [at, setAt] = useState(-1);
  const walk = (by: number) => {
    const next = Math.min(Math.max(at + by, 0), length - 1);
    setAt(next);
    show(next);
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`[data-index="${next}"] [data-turn]`)?.focus(),
    );
  };
  useHotkeys([
    ["j", () => walk(1)],
    ["k", () => walk(-1)],
  ]);
}
