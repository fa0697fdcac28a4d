/** The logs that the page has open. One log a turn, shared by all who show it; let go when nobody does. */
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { SempreEvent } from "@/api/types";
import { ask, client } from "./client";
import { type FetchPage, type LogView, TurnLog } from "./turnLog";

const PAGE = 1000;
const KEEP = 60_000;
const logs = new Map<string, TurnLog>();

const fetchPage: FetchPage = async (id, after) => {
  const query = after === null ? { limit: PAGE } : { after, limit: PAGE };
  const page = await ask(client.GET("/api/turns/{id}/events", { params: { path: { id }, query } }));
  return { items: page.items, next: page.next ?? null };
};

function logOf(turnId: string): TurnLog {
  let log = logs.get(turnId);
  if (!log) {
    log = new TurnLog(turnId, fetchPage);
    logs.set(turnId, log);
  }
  return log;
}

function letGo(turnId: string, log: TurnLog): void {
  setTimeout(() => {
    if (!log.watched && logs.get(turnId) === log) logs.delete(turnId);
  }, KEEP);
}

/** The log of a turn, kept up to date for as long as it is shown. */
export function useTurnLog(turnId: string): LogView {
  const log = useMemo(() => logOf(turnId), [turnId]);
  const view = useSyncExternalStore(log.subscribe, log.snapshot);
  useEffect(() => {
    void log.read();
    return () => letGo(turnId, log);
  }, [log, turnId]);
  return view;
}

/** The logs of several turns, in their order, each kept up to date. */
export function useTurnLogs(turnIds: readonly string[]): readonly LogView[] {
  const wanted = turnIds.join(" ");
  const open = useMemo(() => (wanted ? wanted.split(" ").map(logOf) : []), [wanted]);
  const [together] = useState(() => new Together());
  const subscribe = useCallback(
    (listener: () => void) => {
      const ends = open.map((log) => log.subscribe(listener));
      return () => {
        for (const end of ends) end();
      };
    },
    [open],
  );
  const views = useSyncExternalStore(subscribe, () => together.of(open));
  useEffect(() => {
    const ids = wanted ? wanted.split(" ") : [];
    for (const log of open) if (!log.snapshot().ready) void log.read();
    return () => {
      open.forEach((log, index) => {
        letGo(ids[index] ?? "", log);
      });
    };
  }, [open, wanted]);
  return views;
}

/** Gives the same array as long as none of the views is another one. */
class Together {
  private views: readonly LogView[] = [];

  of(logs: readonly TurnLog[]): readonly LogView[] {
    const views = logs.map((log) => log.snapshot());
    const same =
      views.length === this.views.length && views.every((view, at) => view === this.views[at]);
    if (!same) this.views = views;
    return this.views;
  }
}

export function feedLogs(events: readonly SempreEvent[]): void {
  const byTurn = new Map<string, SempreEvent[]>();
  for (const event of events) {
    if (!event.turn_id || !logs.has(event.turn_id)) continue;
    const list = byTurn.get(event.turn_id);
    if (list) list.push(event);
    else byTurn.set(event.turn_id, [event]);
  }
  for (const [turnId, list] of byTurn) logs.get(turnId)?.take(list);
}

/** After a new connection: read what was missed. */
export function catchUpLogs(): void {
  for (const [turnId, log] of logs) {
    if (log.watched) void log.read();
    else logs.delete(turnId);
  }
}

/** Reads again after a failure. */
export function readLog(turnId: string): void {
  void logOf(turnId).read();
}
