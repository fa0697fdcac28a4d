import { expect, test } from "vitest";
import { addEvents } from "../src/lib/logRows";
import { lastLine, rowText, toolHead } from "../src/lib/rowText";
import { event } from "./events-of";

const text = (seq: number, block: number, words: string) =>
  event(seq, "turn.text", { block, text: words });

test("pieces of one block are one line, blocks are lines of their own", () => {
  const rows = addEvents([], [text(1, 1, "Hel"), text(2, 1, "lo"), text(3, 2, "Next")]);
  expect(rows.map(rowText)).toEqual(["Hello", "Next"]);
  expect(rows.map((row) => row.seq)).toEqual([1, 3]);
});

test("a count that comes between two pieces does not part them", () => {
  const rows = addEvents([], [text(1, 1, "Hel"), event(2, "turn.usage", {}), text(3, 1, "lo")]);
  expect(rows.map((row) => row.kind)).toEqual(["text", "note"]);
  expect(rows.map(rowText)[0]).toBe("Hello");
});

test("rows that did not change stay the same objects", () => {
  const before = addEvents([], [text(1, 1, "a"), text(2, 2, "b")]);
  const after = addEvents(before, [text(3, 2, "c")]);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(before.map(rowText)).toEqual(["a", "b"]);
});

test("a tool call takes up its result, wherever that comes", () => {
  const rows = addEvents(
    [],
    [
      event(1, "turn.tool", { call_id: "x", tool: "Bash", input: { command: "ls" } }),
      event(2, "turn.tool", { call_id: "y", tool: "Read", input: { file_path: "/a" } }),
      event(3, "turn.tool_result", { call_id: "x", ok: false, output: "boom", duration_ms: 12 }),
      event(4, "turn.tool_refused", { call_id: "y", rule: "paths", reason: "outside" }),
    ],
  );
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({ result: { ok: false, output: "boom", durationMs: 12 } });
  expect(rows[1]).toMatchObject({ refused: { rule: "paths", reason: "outside" } });
});

test("a result whose call is not in the log stands for itself", () => {
  const rows = addEvents(
    [],
    [event(1, "turn.tool_result", { call_id: "x", ok: true, output: "o" })],
  );
  expect(rows).toMatchObject([{ kind: "tool", result: { output: "o" } }]);
});

test("what a broken stream had said is marked as said again, in this attempt only", () => {
  const rows = addEvents(
    [],
    [
      text(1, 1, "first attempt"),
      event(2, "turn.started", { attempt: 2 }),
      text(3, 1, "half a sen"),
      event(4, "turn.note", { code: "stream_restarted", message: "again", blocks: [1] }),
      text(5, 2, "half a sentence"),
    ],
  );
  const withdrawn = rows.filter((row) => row.kind === "text" && row.withdrawn);
  expect(withdrawn.map(rowText)).toEqual(["half a sen"]);
});

test("one line says what a tool was asked and where a turn stands", () => {
  expect(toolHead({ command: "ls\n -la", timeout: 3 })).toBe("ls -la");
  expect(toolHead({ a: 1 })).toBe('{"a":1}');
  const rows = addEvents(
    [],
    [text(1, 1, "said"), event(2, "turn.usage", { model: "m" }), event(3, "turn.published", {})],
  );
  expect(lastLine(rows)).toMatchObject({ kind: "text" });
});

const call = (seq: number, id: string) => event(seq, "turn.tool", { call_id: id, tool: "Bash" });
const result = (seq: number, id: string) =>
  event(seq, "turn.tool_result", { call_id: id, ok: true, output: "" });
const booked = (seq: number, cost_micros: number | null, agent: string | null = null) =>
  event(seq, "turn.usage", { agent, cost_micros });
const prices = (...events: Parameters<typeof addEvents>[1]) =>
  addEvents([], events).flatMap((row) => (row.kind === "tool" ? [row.costMicros] : []));

test("a tool call has the price of the model call that asked for it, booked before or after", () => {
  expect(
    prices(booked(1, 100), call(2, "a"), result(3, "a"), booked(4, 200), call(5, "b")),
  ).toEqual([100, 200]);
  expect(
    prices(booked(1, 100), call(2, "a"), result(3, "a"), call(4, "b"), booked(5, 200)),
  ).toEqual([100, 200]);
});

test("calls of one message share their price", () => {
  expect(prices(booked(1, 100), call(2, "a"), call(3, "b"), result(4, "a"))).toEqual([100, 100]);
  expect(prices(call(1, "a"), call(2, "b"), booked(3, 100))).toEqual([100, 100]);
});

test("what a subagent spent, and what nobody knows, is no price of a call", () => {
  expect(prices(booked(1, 7, "agent-1"), call(2, "a"), booked(3, 100))).toEqual([100]);
  expect(prices(booked(1, null), call(2, "a"))).toEqual([undefined]);
});
