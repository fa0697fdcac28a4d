/** The server's time on this screen: a phone's clock may be minutes off, elapsed times must not be. */
import { useSyncExternalStore } from "react";

let offset = 0;

/** Learn the offset from an answer's `Date` header, which counts whole seconds. */
export function learnServerTime(header: string | null, received = Date.now()): void {
  if (!header) return;
  const difference = Date.parse(header) + 500 - received;
  if (!Number.isNaN(difference)) offset = Math.abs(difference) < 2000 ? 0 : difference;
}

export function now(): number {
  return Date.now() + offset;
}

interface Ticker {
  subscribe: (listener: () => void) => () => void;
  read: () => number;
}

/** One timer for all who watch it; it stands still when nobody does. */
function ticker(milliseconds: number): Ticker {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      timer ??= setInterval(() => {
        for (const each of listeners) each();
      }, milliseconds);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
    // Rounded, so that React sees the same value between two ticks.
    read: () => Math.floor(now() / milliseconds) * milliseconds,
  };
}

const seconds = ticker(1000);
const slow = ticker(15_000);

/** The time now, renewed each second: for what runs. */
export function useSeconds(): number {
  return useSyncExternalStore(seconds.subscribe, seconds.read);
}

/** The time now, renewed every 15 s: for "5 minutes ago". */
export function useMinutes(): number {
  return useSyncExternalStore(slow.subscribe, slow.read);
}
