/**
 * One turn's log as the page holds it: read from the server in pages, then fed by live events, without gap
 * or double whatever arrives twice, too early or not at all.
 */
import type { SempreEvent } from "@/api/types";
import { addEvents, type Row } from "./logRows";

export interface LogPage {
  items: SempreEvent[];
  next: number | null;
}
export type FetchPage = (turnId: string, after: number | null) => Promise<LogPage>;

export interface LogView {
  rows: readonly Row[];
  /** Everything up to now has been read once. */
  ready: boolean;
  failed: boolean;
}

const MEND_AFTER = 300;
const MEND_TIMES = 5;

export class TurnLog {
  private view: LogView = { rows: [], ready: false, failed: false };
  private last: number | null = null;
  private held = new Map<number, SempreEvent>();
  private reading = false;
  private readAgain = false;
  private mended = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly turnId: string,
    private readonly fetchPage: FetchPage,
  ) {}

  readonly snapshot = (): LogView => this.view;

  get watched(): boolean {
    return this.listeners.size > 0;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Live events of this turn. */
  take(events: readonly SempreEvent[]): void {
    for (const event of events) {
      if (event.seq !== null && event.seq > (this.last ?? -1)) this.held.set(event.seq, event);
    }
    if (!this.view.ready) return;
    this.append(this.contiguous());
    if (this.held.size > 0) void this.read();
  }

  /** Read what is missing: at first everything, later what came after the last line. */
  async read(): Promise<void> {
    if (this.reading) {
      this.readAgain = true;
      return;
    }
    this.reading = true;
    try {
      do {
        this.readAgain = false;
        await this.readPages();
      } while (this.readAgain);
      this.settle();
    } catch {
      this.publish({ ...this.view, failed: true });
    } finally {
      this.reading = false;
    }
  }

  private async readPages(): Promise<void> {
    for (;;) {
      const page = await this.fetchPage(this.turnId, this.last);
      this.append(page.items.filter((event) => (event.seq ?? -1) > (this.last ?? -1)));
      if (page.next === null || page.items.length === 0) return;
    }
  }

  /** The pages are read: put in what was held meanwhile; a gap that is left is looked for again. */
  private settle(): void {
    const events = this.contiguous();
    this.publish({ rows: addEvents(this.view.rows, events), ready: true, failed: false });
    if (this.held.size === 0) {
      this.mended = 0;
    } else if (this.mended < MEND_TIMES) {
      this.mended += 1;
      setTimeout(() => void this.read(), MEND_AFTER);
    } else {
      // The server does not have them (retention): what is there is better than nothing.
      this.append([...this.held.values()].sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0)));
      this.held.clear();
    }
  }

  /** Takes from what is held what follows the last line directly. */
  private contiguous(): SempreEvent[] {
    const found: SempreEvent[] = [];
    for (const seq of this.held.keys()) if (seq <= (this.last ?? -1)) this.held.delete(seq);
    for (let seq = (this.last ?? 0) + 1; ; seq += 1) {
      const event = this.held.get(seq);
      if (!event) return found;
      this.held.delete(seq);
      this.last = seq;
      found.push(event);
    }
  }

  private append(events: readonly SempreEvent[]): void {
    const last = events.at(-1);
    if (!last) return;
    this.last = Math.max(this.last ?? -1, last.seq ?? -1);
    this.publish({ ...this.view, rows: addEvents(this.view.rows, events) });
  }

  private publish(view: LogView): void {
    this.view = view;
    for (const listener of this.listeners) listener();
  }
}
