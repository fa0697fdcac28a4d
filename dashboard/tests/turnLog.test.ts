import { expect, test, vi } from "vitest";
import type { Row } from "../src/lib/logRows";
import { rowText } from "../src/lib/rowText";
import { type FetchPage, TurnLog } from "../src/lib/turnLog";
import { words } from "./events-of";

const said = (rows: readonly Row[]) => rows.map(rowText).join("");
const upTo = (last: number) => Array.from({ length: last }, (_, index) => `${index + 1},`).join("");

/** A server whose log grows; pages of three. */
function server(last: () => number): FetchPage {
  return async (_id, after) => {
    const from = (after ?? 0) + 1;
    const items = [0, 1, 2]
      .map((step) => from + step)
      .filter((seq) => seq <= last())
      .map(words);
    const end = items.at(-1)?.seq ?? 0;
    return { items, next: items.length === 3 && end < last() ? end : null };
  };
}

test("a log is read in pages and then grows live", async () => {
  const log = new TurnLog(
    "t",
    server(() => 7),
  );
  await log.read();
  log.take([words(8), words(9)]);
  expect(said(log.snapshot().rows)).toBe(upTo(9));
});

test("what arrives while the pages are read is neither lost nor doubled", async () => {
  const log = new TurnLog(
    "t",
    server(() => 7),
  );
  const reading = log.read();
  log.take([words(6), words(7), words(8)]);
  log.take([words(9)]);
  await reading;
  expect(said(log.snapshot().rows)).toBe(upTo(9));
});

test("what arrives twice is said once", async () => {
  const log = new TurnLog(
    "t",
    server(() => 3),
  );
  await log.read();
  log.take([words(2), words(3), words(4)]);
  log.take([words(4), words(5)]);
  expect(said(log.snapshot().rows)).toBe(upTo(5));
});

test("a gap is read from the server before what follows is shown", async () => {
  let last = 3;
  const log = new TurnLog(
    "t",
    server(() => last),
  );
  await log.read();
  last = 9;
  log.take([words(8), words(9)]);
  expect(said(log.snapshot().rows)).toBe(upTo(3));
  await vi.waitFor(() => expect(said(log.snapshot().rows)).toBe(upTo(9)));
});

test("a gap that the server cannot fill yet is asked for again", async () => {
  let last = 3;
  const log = new TurnLog(
    "t",
    server(() => last),
  );
  await log.read();
  log.take([words(6)]);
  setTimeout(() => {
    last = 6;
  }, 100);
  await vi.waitFor(() => expect(said(log.snapshot().rows)).toBe(upTo(6)), 2000);
});

test("after a failure it reads on from where it stood", async () => {
  let broken = true;
  const read = server(() => 6);
  const log = new TurnLog("t", async (id, after) => {
    if (broken && after !== null) throw new Error("gone");
    return read(id, after);
  });
  await log.read();
  expect(log.snapshot()).toMatchObject({ failed: true, ready: false });
  broken = false;
  await log.read();
  expect(log.snapshot()).toMatchObject({ failed: false, ready: true });
  expect(said(log.snapshot().rows)).toBe(upTo(6));
});

test("any order of frames, with repeats and losses, ends in the same log", async () => {
  // A small generator of our own: the same runs each time, so that a failure can be repeated.
  let seed = 7;
  const draw = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let run = 0; run < 60; run += 1) {
    const total = 10 + draw(20);
    let last = draw(total);
    const log = new TurnLog(
      "t",
      server(() => last),
    );
    const reading = log.read();
    if (draw(2)) await reading;
    for (let seq = 1; seq <= total; seq += 1) {
      last = Math.max(last, seq);
      if (draw(5) > 0) log.take([words(seq)]);
      if (draw(4) === 0) log.take([words(Math.max(1, seq - draw(4)))]);
      if (draw(6) === 0) await Promise.resolve();
    }
    last = total;
    await log.read();
    await vi.waitFor(() => expect(said(log.snapshot().rows)).toBe(upTo(total)), 3000);
  }
});
