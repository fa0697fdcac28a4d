import { expect, test } from "vitest";
import type { CardSummary, Channel, DiffFile, RunSummary } from "../src/api/types";
import { idOf, NEW_BOARD, prefixOf, wishOf, wrongFields } from "../src/features/board/boardDraft";
import { readBoard } from "../src/features/board/boardSearch";
import { changeOf, mergedOver, NEW_CARD, picturesOf } from "../src/features/board/cardDraft";
import {
  byLine,
  inBlocks,
  openAtFirst,
  type Remark,
  reviewRemarks,
  treeRows,
} from "../src/features/board/diffParts";
import { labelsOf, matches, readFilter, toggled } from "../src/features/board/filters";
import { holdOf } from "../src/features/board/holds";
import { inColumns, isSamePlace, placeAt, placeOf, queuePlace } from "../src/features/board/order";
import { runRows } from "../src/features/board/runRows";
import { wishOf as runWishOf } from "../src/features/board/runWish";
import { runTone, segments, standingWord } from "../src/features/board/stages";
import type { Row } from "../src/lib/logRows";

const run = (part: Partial<RunSummary> = {}) =>
  ({
    id: "r",
    status: "running",
    stage: "implement",
    kind: "run",
    isActive: true,
    isStuck: false,
    waitsForPerson: false,
    wait: null,
    settlement: null,
    hasWork: false,
    queuedAt: "2026-11-21T10:00:00Z",
    ...part,
  }) as RunSummary;

const card = (id: string, rank: string, part: Partial<CardSummary> = {}) =>
  ({
    id,
    key: id.toUpperCase(),
    rank,
    number: 1,
    column: "backlog",
    labels: [],
    priority: "none",
    run: null,
    ...part,
  }) as unknown as CardSummary;

test("cards stand in their columns by rank, which compares as text", () => {
  const columns = inColumns(
    [card("a", "2"), card("b", "10"), card("c", "1", { column: "plan" })],
    ["backlog", "plan", "done"],
  );
  expect([...columns].map(([column, cards]) => [column, cards.map(({ id }) => id)])).toEqual([
    ["backlog", ["b", "a"]],
    ["plan", ["c"]],
    ["done", []],
  ]);
});

test("a moved card sorts at once where the server will put it", () => {
  const there = [card("a", "1"), card("b", "2"), card("c", "3")];
  for (let from = 0; from < 3; from += 1) {
    for (let to = 0; to < 3; to += 1) {
      const moved = there[from] as CardSummary;
      const { rank, ...place } = placeAt(moved, "backlog", there, to);
      const list = there.map((each) => (each.id === moved.id ? { ...each, rank } : each));
      const order = inColumns(list, ["backlog"]).get("backlog") ?? [];
      expect(order.findIndex(({ id }) => id === moved.id)).toBe(to);
      expect(place.before ?? place.after).not.toBe(moved.id);
    }
  }
  expect(placeAt(card("x", "9"), "done", [], 0)).toMatchObject({ column: "done" });
});

test("the way back leads to where a card stood", () => {
  const there = [card("a", "1"), card("b", "2"), card("c", "3")];
  expect(placeOf(there[1] as CardSummary, there)).toEqual({ column: "backlog", before: "c" });
  expect(placeOf(there[2] as CardSummary, there)).toEqual({ column: "backlog", after: "b" });
  expect(isSamePlace(there[0] as CardSummary, "backlog", there, 0)).toBe(true);
  expect(isSamePlace(there[0] as CardSummary, "plan", [], 0)).toBe(false);
});

test("who was asked first is first in line", () => {
  const waits = (id: string, queuedAt: string) => run({ id, queuedAt, wait: "wip" });
  const [first, second] = [waits("1", "2026-01-01"), waits("2", "2026-01-02")];
  const cards = [{ run: second }, { run: first }, { run: run() }, { run: null }];
  expect(queuePlace(first, cards)).toBe(1);
  expect(queuePlace(second, cards)).toBe(2);
});

test("a run's standing has a word, a tone and a bar", () => {
  expect(standingWord(run())).toBe("running");
  expect(standingWord(run({ isStuck: true }))).toBe("stuck");
  const waits = run({
    status: "completed",
    stage: "review",
    waitsForPerson: true,
    isActive: false,
  });
  expect([standingWord(waits), runTone(waits)]).toEqual(["change", "waiting"]);
  expect(segments(waits)).toEqual(["done", "done", "done", "done"]);
  expect(standingWord({ ...waits, settlement: "merged" })).toBe("merged");
  expect(segments(run({ status: "failed" }))).toEqual(["done", "failed", "none", "none"]);
  expect(segments(null)).toEqual(["none", "none", "none", "none"]);
});

test("filters are read from an address with distrust", () => {
  expect(
    readFilter({ q: 12, label: ["a", "", {}], priority: ["high", "huge"], state: "you" }),
  ).toEqual({ q: "12", label: ["a"], priority: ["high"], state: ["you"] });
  expect(readFilter({ priority: "huge", label: [] })).toEqual({
    q: undefined,
    label: undefined,
    priority: undefined,
    state: undefined,
  });
});

test("filters hold together, states apart", () => {
  const waits = card("a", "1", {
    labels: ["ui", "shop"],
    priority: "high",
    run: run({ status: "completed", waitsForPerson: true }),
  });
  expect(matches(waits, { label: ["ui"], priority: ["high", "low"], state: ["you"] })).toBe(true);
  expect(matches(waits, { label: ["ui", "other"] })).toBe(false);
  expect(matches(waits, { state: ["failed", "completed"] })).toBe(true);
  expect(matches(card("b", "1"), { state: ["never"] })).toBe(true);
  expect(labelsOf([waits, card("b", "1", { labels: ["ui"] })])).toEqual(["ui", "shop"]);
  expect(toggled(toggled(undefined, "a"), "a")).toBeUndefined();
});

test("what a person did not touch is not sent, nor laid over another's change", () => {
  const before = { ...NEW_CARD, title: "Old", labels: ["a"] };
  const draft = { ...before, title: " New " };
  expect(changeOf(draft, before, 3)).toEqual({ title: "New", version: 3 });
  const saved = { ...before, title: "Theirs", priority: "urgent" as const };
  expect(mergedOver(saved, draft, before)).toEqual({ ...saved, title: " New " });
});

test("only pictures are taken", () => {
  const files = [new File(["x"], "a.png", { type: "image/png" }), new File(["x"], "a.svg")];
  expect(picturesOf(files).map((file) => file.name)).toEqual(["a.png"]);
});

test("a board's names are made of its name, and its wish is what the server takes", () => {
  const draft = { ...NEW_BOARD, name: "Feira do São João" };
  expect([idOf(draft), prefixOf(draft)]).toEqual(["feira-do-sao-joao", "FDSJ"]);
  expect(prefixOf({ prefix: null, name: "Shop" })).toBe("SHOP");
  expect(wrongFields({ ...draft, repository: "here" }, true)).toEqual(["repository"]);
  const stages = { ...draft.stages, test: { ...draft.stages.test, dollars: 0.5 } };
  const wish = wishOf({ ...draft, stages, test: [" make test ", ""], testMinutes: 2 });
  expect(wish).toMatchObject({ test: ["make test"], test_seconds: 120 });
  expect(wish.stages?.test).toMatchObject({ budget_micros: 500_000 });
});

test("a run is given only what differs from the card", () => {
  const before = { description: "A", spec: "S" };
  const draft = {
    ...before,
    stage: "test" as const,
    only: false,
    session: "resume" as const,
    instructions: " ",
  };
  expect(runWishOf(draft, before)).toEqual({
    fromStage: "test",
    description: null,
    spec: null,
    instructions: null,
    session: "resume",
  });
  expect(runWishOf({ ...draft, only: true, spec: "T" }, before)).toMatchObject({
    onlyStage: "test",
    spec: "T",
  });
});

test("turns are one log with one numbering, and their rows stay the same objects", () => {
  const row = (seq: number): Row => ({ kind: "text", seq, at: 0, block: "1", text: `${seq}` });
  const one = [row(1), row(2)];
  const visit = (start: number, rows: readonly Row[], ready = true) =>
    ({ start, at: 0, head: "Plan", tone: "done", rows, ready }) as const;
  const first = runRows([visit(0, one), visit(2, [row(1)])]);
  expect(first.map(({ seq }) => seq)).toEqual([0.5, 1, 2, 2.5, 3]);
  expect(runRows([visit(0, one)])[1]).toBe(first[1]);
  expect(runRows([visit(0, one, false), visit(2, [row(1)])]).map(({ seq }) => seq)).toEqual([
    0.5, 1, 2,
  ]);
});

const file = (path: string, part: Partial<DiffFile> = {}) =>
  ({ path, added: 1, removed: 0, hunks: [], ...part }) as unknown as DiffFile;

test("files stand under their folders, each folder once", () => {
  const rows = treeRows([
    file("src/b/x.py"),
    file("README.md"),
    file("src/a.py"),
    file("z/y/w.py"),
  ]);
  expect(
    rows.map(({ name, depth, file: of }) => `${"  ".repeat(depth)}${name}${of ? "" : "/"}`),
  ).toEqual(["README.md", "src/", "  a.py", "  b/", "    x.py", "z/y/", "  w.py"]);
});

test("a remark stands at its line, or at the head of its file", () => {
  const lines = [
    { kind: "removed", old: 4, new: null, text: "a" },
    { kind: "added", old: null, new: 4, text: "b" },
    { kind: "note", old: null, new: null, text: "No newline" },
  ];
  const changed = file("x", { hunks: [{ oldStart: 4, newStart: 4, heading: "", lines }] as never });
  const remark = (id: string, line: number | null, side: "old" | "new"): Remark => ({
    id,
    file: "x",
    line,
    side,
    text: id,
    by: "ana",
    pending: false,
  });
  const { at, elsewhere } = byLine(changed, [
    remark("1", 4, "old"),
    remark("2", 4, "new"),
    remark("3", 90, "new"),
    remark("4", null, "new"),
  ]);
  expect([...at].map(([key, said]) => [key, said.map(({ id }) => id)])).toEqual([
    ["old 4", ["1"]],
    ["new 4", ["2"]],
  ]);
  expect(elsewhere.map(({ id }) => id)).toEqual(["3", "4"]);
});

test("only the newest review is shown, and long files are folded", () => {
  const verdict = (text: string) => ({
    verdict: { verdict: "changes", summary: "", comments: [{ file: "x", line: 1, text }] },
  });
  const visits = [verdict("old"), { verdict: null }, verdict("new")] as never;
  expect(reviewRemarks(visits).map(({ text }) => text)).toEqual(["new"]);
  expect([...openAtFirst([file("a"), file("b", { added: 5000 }), file("c")])]).toEqual(["a", "c"]);
});

test("a run whose machine is away is neither stuck nor running", () => {
  const away = run({ wait: "machine", isStuck: true });
  expect([standingWord(away), runTone(away)]).toEqual(["away", "parked"]);
  expect(segments(away)).toEqual(["done", "parked", "none", "none"]);
});

test("what holds a card back is told, and what a person must mend before all", () => {
  const open = { state: "open", state_reason: null, state_until: null, pause: null, live: null };
  const hold = (part: object) => holdOf({ ...open, ...part } as unknown as Channel);
  const pause = { since: "x", by: "ana", reason: "Lunch", until: null };
  expect(hold({})).toBeUndefined();
  expect(holdOf(undefined)).toBeUndefined();
  const wall = { state: "parked", state_reason: "Quota", state_until: "2026-11-21T14:20:00Z" };
  expect(hold(wall)).toEqual({
    state: "parked",
    reason: "Quota",
    until: "2026-11-21T14:20:00Z",
    by: null,
  });
  expect(hold({ ...wall, pause })).toMatchObject({ state: "paused", reason: "Lunch", by: "ana" });
  expect(hold({ ...wall, state: "stopped", pause })).toMatchObject({ state: "stopped" });
  expect(hold({ pause, live: { state: "running" } })).toBeUndefined();
  const budget = { state: "parked", retry_at: "y", failure: { message: "Over budget" } };
  expect(hold({ live: budget })).toMatchObject({ reason: "Over budget", until: "y" });
});

test("a hunk is drawn in blocks that leave out nothing", () => {
  const lines = Array.from({ length: 130 }, (_, at) => ({
    kind: "added" as const,
    old: null,
    new: at + 1,
    text: "",
  }));
  const blocks = inBlocks(lines);
  expect(blocks.map(({ start }) => start)).toEqual([0, 30, 60, 90, 120]);
  expect(blocks.flatMap((block) => block.lines)).toEqual(lines);
  expect(inBlocks([])).toEqual([]);
});

test("who is led to a board takes along what the address says of its card", () => {
  const address = { card: "SHOP-4", tab: "log", run: "r", line: "7", do: "new", other: "x" };
  expect(readBoard(address)).toMatchObject({ card: "SHOP-4", tab: "log", run: "r", line: 7 });
});
