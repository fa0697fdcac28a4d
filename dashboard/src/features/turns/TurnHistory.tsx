/** All turns of a channel, newest first: filtered, searched, scrolled without end, walked with J and K. */
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TurnFilter } from "@/api/keys";
import { turnListOptions } from "@/api/turnLists";
import type { Turn } from "@/api/types";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import { Marked } from "./Marked";
import classes from "./TurnHistory.module.css";
import { TurnRow } from "./TurnRow";

/** So many rows before the last one that is read, the next page is asked for. */
const AHEAD = 60;

interface TurnHistoryProps {
  filter: TurnFilter;
  /** Shows more than is looked for; undefined when nothing was chosen that could be let go. */
  onClear: (() => void) | undefined;
  /** The turns are of several places: each says whose it is. */
  worker?: boolean;
  /** Shown when there is no turn, whatever is chosen. */
  empty: React.ReactNode;
}

export function TurnHistory({ filter, onClear, empty, worker = false }: TurnHistoryProps) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(turnListOptions(filter));
  const turns = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  if (query.isPending) return <Loading rows={5} height={52} />;
  if (query.isError && turns.length === 0) {
    return <Trouble error={query.error} retry={() => void query.refetch()} />;
  }
  const more = () => {
    // May be called twice before it is drawn that a page is on its way: that page is waited for, not asked for again.
    if (query.hasNextPage) void query.fetchNextPage({ cancelRefetch: false });
  };
  if (turns.length === 0 && query.hasNextPage) return <Further more={more} />;
  if (turns.length === 0) {
    if (!onClear || (!filter.state && !filter.q)) return empty;
    return (
      <Empty title={t("history.noMatch")}>
        <Button size="xs" variant="default" onClick={onClear}>
          {t("history.clear")}
        </Button>
      </Empty>
    );
  }
  return <Rows turns={turns} more={more} worker={worker} />;
}

/** A search reads so many turns a page: one without a match is not yet the end. */
function Further({ more }: { more: () => void }) {
  useEffect(more);
  return <Loading rows={5} height={52} />;
}

interface RowsProps {
  turns: readonly Turn[];
  more: () => void;
  worker: boolean;
}

function Rows({ turns, more, worker }: RowsProps) {
  const { t } = useTranslation();
  const [marked, setMarked] = useState<ReadonlyMap<string, Turn>>(new Map());
  const mark = (turn: Turn) => {
    const next = new Map(marked);
    if (!next.delete(turn.id)) next.set(turn.id, turn);
    setMarked(next);
  };
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: turns.length,
    getScrollElement: () => box.current,
    estimateSize: () => 56,
    overscan: 8,
    // The same function as long as the list is the same: else every place is reckoned anew at each step.
    getItemKey: useCallback((index: number) => turns[index]?.id ?? index, [turns]),
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= turns.length - AHEAD) more();
  }, [last, turns.length, more]);

  return (
    <div className={classes.history}>
      <div ref={box} className={`card ${classes.box}`} data-list>
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
                data-row-place
              >
                <input
                  type="checkbox"
                  className={classes.mark}
                  aria-label={t("marked.mark", { number: turn.number })}
                  aria-keyshortcuts="X"
                  checked={marked.has(turn.id)}
                  onChange={() => mark(turn)}
                  data-mark
                />
                <TurnRow turn={turn} worker={worker} />
              </li>
            );
          })}
        </ul>
      </div>
      <Marked turns={[...marked.values()]} onDone={() => setMarked(new Map())} />
    </div>
  );
}
