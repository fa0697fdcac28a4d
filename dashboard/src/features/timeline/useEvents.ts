/** The log's last stretch and what comes, over a connection of its own: the page's own one holds only what is new. */
import { useEffect, useState } from "react";
import type { SempreEvent } from "@/api/types";
import { append } from "./words";

export interface Events {
  /** Newest first. */
  events: readonly SempreEvent[];
  state: "connecting" | "live" | "waiting";
}

/** Frames of a replay come fast; the page is drawn so often at most. */
const DRAW_EVERY = 150;

export function useEvents(after: number | undefined, channel: string | undefined): Events {
  const [events, setEvents] = useState<readonly SempreEvent[]>([]);
  const [state, setState] = useState<Events["state"]>("connecting");
  useEffect(() => {
    if (after === undefined) return;
    setEvents([]);
    setState("connecting");
    const query = new URLSearchParams({ after: String(after), ...(channel ? { channel } : {}) });
    const source = new EventSource(`/api/events?${query}`);
    let held: SempreEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      const more = held;
      held = [];
      setEvents((shown) => append(shown, more));
    };
    source.addEventListener("open", () => setState("live"));
    // The browser connects again by itself, from the last event that it was given.
    source.addEventListener("error", () => setState("waiting"));
    source.addEventListener("events", (message) => {
      held.push(...(JSON.parse((message as MessageEvent<string>).data) as SempreEvent[]));
      timer ??= setTimeout(draw, DRAW_EVERY);
    });
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [after, channel]);
  return { events, state };
}
