/** The lines of a log: virtual, at their end while that is where their reader is. */
import { Button } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconArrowDown } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "@/lib/logRows";
import classes from "./Log.module.css";
import { LogRow } from "./LogRow";
import { LogTools } from "./LogTools";
import { useFollow } from "./useFollow";
import { useLogSearch } from "./useLogSearch";

export interface LogLinesProps {
  rows: readonly Row[];
  running: boolean;
  /** The line that a link points to. */
  line?: number | undefined;
  linkTo?: ((seq: number) => string) | undefined;
  compact?: boolean;
}

export function LogLines({ rows, running, line, linkTo, compact = false }: LogLinesProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const [times, setTimes] = useLocalStorage({
    key: "sempre.log-times",
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const search = useLogSearch(rows);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => 30,
    overscan: 12,
    getItemKey: (index) => rows[index]?.seq ?? index,
  });
  const follow = useFollow(box, rows.length, virtual.getTotalSize(), line === undefined && running);
  const { stop } = follow;
  const goTo = useCallback(
    (index: number) => {
      stop();
      virtual.scrollToIndex(index, { align: "center" });
    },
    [stop, virtual],
  );
  useLinkedLine(rows, line, goTo);
  const step = (by: 1 | -1) => {
    const index = search.step(by);
    if (index !== undefined) goTo(index);
  };
  const needle = search.needle.trim();

  return (
    <div
      className={classes.log}
      data-compact={compact || undefined}
      data-running={running || undefined}
    >
      <LogTools
        rows={rows}
        search={search}
        onStep={step}
        times={times}
        onTimes={() => setTimes(!times)}
      />
      <div
        ref={box}
        className={classes.box}
        onScroll={follow.onScroll}
        role="log"
        aria-live="off"
        aria-label={t("log.title")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the log is scrolled with the keyboard
        tabIndex={0}
      >
        <div className={classes.sizer} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const found = search.current === item.index;
            return (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={classes.place}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <LogRow
                  row={row}
                  needle={needle}
                  found={found}
                  marked={found || row.seq === line}
                  times={times}
                  running={running}
                  linkTo={linkTo}
                />
              </div>
            );
          })}
        </div>
      </div>
      {follow.unseen > 0 ? (
        <Button
          className={classes.pill}
          size="xs"
          radius="xl"
          leftSection={<IconArrowDown size={14} />}
          onClick={follow.toEnd}
        >
          {t("log.newLines", { count: follow.unseen })}
        </Button>
      ) : null}
    </div>
  );
}

/** Goes to the linked line once it is there; a line inside joined text is found by the one before it. */
function useLinkedLine(
  rows: readonly Row[],
  line: number | undefined,
  goTo: (index: number) => void,
): void {
  const done = useRef<number>(undefined);
  useEffect(() => {
    if (line === undefined || done.current === line) return;
    const index = rows.findLastIndex((row) => row.seq <= line);
    if (index < 0) return;
    done.current = line;
    goTo(index);
  }, [rows, line, goTo]);
}
