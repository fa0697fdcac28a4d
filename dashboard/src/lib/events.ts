/**
 * The one connection on which everything live arrives. It starts again by itself, from the last event
 * seen, and says how it stands. It must not know what the events mean.
 */
import type { SempreEvent, Status } from "@/api/types";
import { ApiError } from "./client";

export type StreamState =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "waiting"; retryAt: number }
  | { kind: "offline" }
  | { kind: "signed-out" };

export interface StreamParts {
  /** Asked before each connection: does the server answer, and where does its log stand? */
  status: () => Promise<Status>;
  open: (after: number) => EventSource;
  onEvents: (events: SempreEvent[]) => void;
  /** Connected. `fresh`: what is on the page may be of another log (other home, other mode). */
  onLive: (fresh: boolean) => void;
}

const BACKOFF_SECONDS = [1, 2, 4, 8, 15];
const OPEN_WITHIN = 10_000;

export class EventStream {
  private current: StreamState = { kind: "connecting" };
  private readonly listeners = new Set<() => void>();
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private round = 0;
  private lastId: number | undefined;
  private log: string | undefined;

  constructor(private readonly parts: StreamParts) {}

  readonly state = (): StreamState => this.current;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Connect now; also what "try now" and "back online" do. */
  readonly connect = async (): Promise<void> => {
    this.drop();
    const round = this.round;
    this.become({ kind: "connecting" });
    try {
      const status = await this.parts.status();
      if (round === this.round) this.listen(status);
    } catch (error) {
      if (round !== this.round) return;
      if (error instanceof ApiError && error.status === 401) this.become({ kind: "signed-out" });
      else this.wait();
    }
  };

  readonly goOffline = (): void => {
    this.drop();
    this.become({ kind: "offline" });
  };

  readonly close = (): void => this.drop();

  private listen(status: Status): void {
    const fresh = this.isAnotherLog(status);
    if (fresh || this.lastId === undefined) this.lastId = status.last_event_id;
    const source = this.parts.open(this.lastId);
    this.source = source;
    this.timer = setTimeout(() => this.wait(), OPEN_WITHIN);
    source.addEventListener("open", () => {
      clearTimeout(this.timer);
      this.failures = 0;
      this.become({ kind: "live" });
      this.parts.onLive(fresh);
    });
    source.addEventListener("error", () => this.wait());
    source.addEventListener("events", (message) => this.receive(message as MessageEvent<string>));
  }

  /** Another home, another mode or a log that is shorter than what was seen: nothing cached holds. */
  private isAnotherLog(status: Status): boolean {
    const log = `${status.home}\n${status.mode}`;
    const another =
      this.log !== undefined && (this.log !== log || status.last_event_id < (this.lastId ?? 0));
    this.log = log;
    return another;
  }

  private receive(message: MessageEvent<string>): void {
    const events = JSON.parse(message.data) as SempreEvent[];
    // Frames of a replay may overlap with what was seen.
    const unseen = events.filter((event) => event.id > (this.lastId ?? -1));
    const last = unseen.at(-1);
    if (!last) return;
    this.lastId = last.id;
    this.parts.onEvents(unseen);
  }

  private wait(): void {
    this.drop();
    const seconds = BACKOFF_SECONDS[Math.min(this.failures, BACKOFF_SECONDS.length - 1)] ?? 15;
    this.failures += 1;
    this.become({ kind: "waiting", retryAt: Date.now() + seconds * 1000 });
    this.timer = setTimeout(() => void this.connect(), seconds * 1000);
  }

  private drop(): void {
    this.round += 1;
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
  }

  private become(state: StreamState): void {
    this.current = state;
    for (const listener of this.listeners) listener();
  }
}
