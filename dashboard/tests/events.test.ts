import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SempreEvent, Status } from "../src/api/types";
import { ApiError } from "../src/lib/client";
import { EventStream } from "../src/lib/events";
import { words } from "./events-of";

class FakeSource extends EventTarget {
  closed = false;
  constructor(readonly after: number) {
    super();
  }
  close(): void {
    this.closed = true;
  }
  send(events: SempreEvent[]): void {
    this.dispatchEvent(new MessageEvent("events", { data: JSON.stringify(events) }));
  }
}

let sources: FakeSource[];
let seen: number[];
let fresh: boolean[];
let answer: () => Promise<Status>;

const status = (last: number, home = "/home", mode = "rehearsal") =>
  ({ last_event_id: last, home, mode }) as Status;
const source = () => sources.at(-1) as FakeSource;

function start(): EventStream {
  return new EventStream({
    status: () => answer(),
    open: (after) => {
      sources.push(new FakeSource(after));
      return source() as unknown as EventSource;
    },
    onEvents: (events) => seen.push(...events.map((event) => event.id)),
    onLive: (another) => fresh.push(another),
  });
}

async function live(stream: EventStream): Promise<void> {
  await stream.connect();
  source().dispatchEvent(new Event("open"));
}

beforeEach(() => {
  vi.useFakeTimers();
  [sources, seen, fresh] = [[], [], []];
  answer = async () => status(1000);
});
afterEach(() => void vi.useRealTimers());

test("it begins where the server's log stands and hands on what comes", async () => {
  const stream = start();
  await live(stream);
  expect(source().after).toBe(1000);
  expect(stream.state()).toEqual({ kind: "live" });
  source().send([words(1), words(2)]);
  expect(seen).toEqual([1001, 1002]);
});

test("a lost connection is counted down, tried again, and goes on after the last event", async () => {
  const stream = start();
  await live(stream);
  source().send([words(1)]);
  source().dispatchEvent(new Event("error"));
  expect(source().closed).toBe(true);
  expect(stream.state()).toMatchObject({ kind: "waiting", retryAt: Date.now() + 1000 });
  answer = async () => status(1005);
  await vi.advanceTimersByTimeAsync(1000);
  expect(source().after).toBe(1001);
  source().send([words(1), words(2)]);
  expect(seen).toEqual([1001, 1002]);
});

test("waits grow while the server stays away, and are short again after it came back", async () => {
  const stream = start();
  answer = async () => {
    throw new ApiError(0, "unreachable", "", null, null);
  };
  const waits: number[] = [];
  await stream.connect();
  for (let round = 0; round < 6; round += 1) {
    const state = stream.state();
    if (state.kind !== "waiting") throw new Error(state.kind);
    waits.push(state.retryAt - Date.now());
    await vi.advanceTimersByTimeAsync(state.retryAt - Date.now());
  }
  expect(waits).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000]);
  answer = async () => status(1000);
  await live(stream);
  source().dispatchEvent(new Event("error"));
  expect(stream.state()).toMatchObject({ retryAt: Date.now() + 1000 });
});

test("another home, another mode or a shorter log is another log", async () => {
  for (const [other, another] of [
    [status(1000, "/other"), true],
    [status(1000, "/home", "live"), true],
    [status(999), true],
    [status(1001), false],
  ] as const) {
    const stream = start();
    answer = async () => status(1000);
    await live(stream);
    answer = async () => other;
    await live(stream);
    expect(fresh.at(-1)).toBe(another);
    if (another) expect(source().after).toBe(other.last_event_id);
  }
});

test("whoever is signed out is not tried again", async () => {
  const stream = start();
  answer = async () => {
    throw new ApiError(401, "unauthenticated", "", null, null);
  };
  await stream.connect();
  expect(stream.state()).toEqual({ kind: "signed-out" });
  expect(vi.getTimerCount()).toBe(0);
});

test("a connection that never opens is given up", async () => {
  const stream = start();
  await stream.connect();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(stream.state()).toMatchObject({ kind: "waiting" });
});

test("an answer that comes too late changes nothing", async () => {
  const stream = start();
  let late: (value: Status) => void = () => undefined;
  answer = () =>
    new Promise((resolve) => {
      late = resolve;
    });
  void stream.connect();
  stream.goOffline();
  late(status(1000));
  await vi.advanceTimersByTimeAsync(0);
  expect(stream.state()).toEqual({ kind: "offline" });
  expect(sources).toEqual([]);
});
