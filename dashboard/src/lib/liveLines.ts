/** The newest line of each channel whose turns run, as it is written: for lists that show one line of each. */
import { useCallback, useSyncExternalStore } from "react";
import type { SempreEvent } from "@/api/types";
import { addEvents, type Row } from "./logRows";
import { lastLine } from "./rowText";

/** So many lines back what is said may still belong to. */
const KEPT = 4;
const OF_LOGS =
  /^turn\.(text|thinking|tool|tool_result|tool_refused|command|output|command_ended|retrying|note)$/;

const lines = new Map<string, readonly Row[]>();
const listeners = new Map<string, Set<() => void>>();

/** Only channels that somebody looks at are kept. */
export function feedLines(events: readonly SempreEvent[]): void {
  const byChannel = new Map<string, SempreEvent[]>();
  for (const event of events) {
    if (!event.channel || !listeners.has(event.channel)) continue;
    if (event.kind === "turn.started") {
      lines.delete(event.channel);
      byChannel.set(event.channel, []);
    } else if (OF_LOGS.test(event.kind)) {
      const list = byChannel.get(event.channel);
      if (list) list.push(event);
      else byChannel.set(event.channel, [event]);
    }
  }
  for (const [channel, list] of byChannel) {
    if (list.length > 0) lines.set(channel, addEvents(lines.get(channel) ?? [], list).slice(-KEPT));
    for (const listener of listeners.get(channel) ?? []) listener();
  }
}

/** undefined until something was said while it is looked at. */
export function useLiveLine(channel: string): Row | undefined {
  const subscribe = useCallback(
    (listener: () => void) => {
      const all = listeners.get(channel) ?? new Set();
      listeners.set(channel, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size > 0) return;
        listeners.delete(channel);
        lines.delete(channel);
      };
    },
    [channel],
  );
  const rows = useSyncExternalStore(subscribe, () => lines.get(channel));
  return rows && lastLine(rows);
}
