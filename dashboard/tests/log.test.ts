import { expect, test } from "vitest";
import { stripAnsi } from "../src/components/log/Ansi";
import { split } from "../src/components/log/Found";
import { findMatches } from "../src/components/log/useLogSearch";
import { complete } from "../src/features/connection/connection";
import { hourly } from "../src/features/now/hourly";
import { readLine, readState, readText } from "../src/lib/addresses";
import { addEvents } from "../src/lib/logRows";
import { lastSentence, lastWords, plain, wholeWords } from "../src/lib/plain";
import { rowText } from "../src/lib/rowText";
import { event } from "./events-of";

test("search finds lines whatever their case, in tools and their output too", () => {
  const rows = addEvents(
    [],
    [
      event(1, "turn.text", { block: 1, text: "Nothing here" }),
      event(2, "turn.tool", { call_id: "x", tool: "Bash", input: { command: "pytest" } }),
      event(3, "turn.tool_result", { call_id: "x", ok: true, output: "1 FAILED" }),
    ],
  );
  expect(findMatches(rows, "failed", rowText)).toEqual([1]);
  expect(findMatches(rows, " NOTHING ", rowText)).toEqual([0]);
  expect(findMatches(rows, "  ", rowText)).toEqual([]);
});

test("marks keep the text as it was written", () => {
  expect(split("aXbxc", "x")).toEqual(["a", "X", "b", "x", "c"]);
  expect(split("abc", "z")).toEqual(["abc"]);
});

test("control sequences never reach a copy", () => {
  expect(stripAnsi("\u001b[31mred\u001b[0m plain")).toBe("red plain");
});

test("one line of Markdown has no marks", () => {
  expect(plain("**Nothing** needs `you`. See [it](https://x)")).toBe("Nothing needs you. See it");
  expect(lastWords("# Title\n\n| a | b |\n|---|---|\n")).toBe("| a | b |");
  expect(lastWords("one\n- two\n\n")).toBe("two");
});

test("of what is being written only whole words stand in one line, and its last sentence", () => {
  expect(wholeWords("Retirad")).toBe("");
  expect(wholeWords("não há dúv")).toBe("não há ");
  expect(wholeWords("It is done.")).toBe("It is done.");
  expect(wholeWords("run `make t")).toBe("run `make ");
  expect(wholeWords("これはペン")).toBe("これはペン");
  expect(lastSentence("One is said. Two is being said")).toBe("Two is being said");
  expect(lastSentence("Said. ")).toBe("Said. ");
  expect(lastSentence("In precos.py it stands")).toBe("In precos.py it stands");
});

test("an address is read with distrust", () => {
  expect(readState("failed")).toBe("failed");
  expect(readState("<script>")).toBeUndefined();
  expect(readText(42)).toBe("42");
  expect(readText("")).toBeUndefined();
  expect(readLine("12")).toBe(12);
  expect(readLine("x")).toBeUndefined();
  expect(readLine(undefined)).toBeUndefined();
});

test("hours are summed where they belong", () => {
  const now = Date.UTC(2026, 10, 21, 12, 30);
  const at = [now, now - 3_600_000, now - 3_600_000, now - 13 * 3_600_000, now + 3_600_000];
  const sums = hourly(
    at,
    (time) => time,
    () => 1,
    now,
  );
  expect(sums.slice(-2)).toEqual([2, 1]);
  expect(sums.reduce((sum, each) => sum + each)).toBe(3);
});

test("a connection is offered when nothing is missing", () => {
  expect(complete("key", "  sk  ", "")).toEqual({ kind: "key", value: "sk" });
  expect(complete("token", " ", "")).toBeNull();
  expect(complete("base_url", "", "http://127.0.0.1:9")).toEqual({
    kind: "base_url",
    base_url: "http://127.0.0.1:9",
  });
  expect(complete("base_url", "", "javascript:alert(1)")).toBeNull();
  expect(complete("login", "", "")).toEqual({ kind: "login" });
});
