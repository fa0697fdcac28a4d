/** The newest line of each channel whose turns run, as it is written: for lists that show one line of each. */
import { useCallback, useSyncExternalStore } from "react";
import type { SempreEvent } from "@/api/types";
import { addEvents, type Row, textOf } from "./logRows";
import { fromWholeWord } from "./plain";
import { lastLine } from "./rowText";

/** So many lines back what is said may still belong to. */
const KEPT = 4;
const OF_LOGS =
  /^turn\.(text|thinking|tool|tool_result|tool_refused|command|output|command_ended|retrying|note)$/;

const lines = new Map<string, readonly Row[]>();
/** Channels whose next words may go on in the middle of one: nobody looked when it began. */
const inTheMiddle = new Set<string>();
const listeners = new Map<string, Set<() => void>>();

/** Only channels that somebody looks at are kept. */
export function feedLines(events: readonly SempreEvent[]): void {
  const byChannel = new Map<string, SempreEvent[]>();
  for (const event of events) {
    if (!event.channel || !listeners.has(event.channel)) continue;
    if (event.kind === "turn.started") {
      lines.delete(event.channel);
      inTheMiddle.delete(event.channel);
      byChannel.set(event.channel, []);
    } else if (OF_LOGS.test(event.kind)) {
      const told = inTheMiddle.has(event.channel) ? fromTheMiddle(event.channel, event) : event;
      if (!told) continue;
      const list = byChannel.get(event.channel);
      if (list) list.push(told);
      else byChannel.set(event.channel, [told]);
    }
  }
  for (const [channel, list] of byChannel) {
    if (list.length > 0) lines.set(channel, addEvents(lines.get(channel) ?? [], list).slice(-KEPT));
    for (const listener of listeners.get(channel) ?? []) listener();
  }
}

/** From the first whole word on: half a word says nothing. */
function fromTheMiddle(channel: string, event: SempreEvent): SempreEvent | undefined {
  if (event.kind !== "turn.text" && event.kind !== "turn.thinking") {
    inTheMiddle.delete(channel);
    return event;
  }
  const text = fromWholeWord(textOf(event.details.text));
  if (text === undefined) return undefined;
  inTheMiddle.delete(channel);
  return { ...event, details: { ...event.details, text } };
}

/** What is said from now on is told; gives what ends that. */
export function watchLines(channel: string, listener: () => void): () => void {
  const all = listeners.get(channel) ?? new Set();
  if (all.size === 0) inTheMiddle.add(channel);
  listeners.set(channel, all.add(listener));
  return () => {
    all.delete(listener);
    if (all.size > 0) return;
    listeners.delete(channel);
    lines.delete(channel);
    inTheMiddle.delete(channel);
  };
}

export const rowsOf = (channel: string): readonly Row[] | undefined => lines.get(channel);

/** undefined until something was said while it is looked at. */
export function useLiveLine(channel: string): Row | undefined {
  const subscribe = useCallback((listener: () => void) => watchLines(channel, listener), [channel]);
  const rows = useSyncExternalStore(subscribe, () => rowsOf(channel));
  return rows && lastLine(rows);
}
