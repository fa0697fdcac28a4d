import { expect, test } from "vitest";
import type { DeadLetter, SempreEvent } from "../src/api/types";
import { countKinds } from "../src/features/dead-letters/kinds";
import { exportHref } from "../src/features/spend-report/api";
import { daysOf, lastDays, lengthOf } from "../src/features/spend-report/range";
import { append, areaOf, isIn, lineOf, toneOf } from "../src/features/timeline/words";
import { readDay, readSpend } from "../src/lib/addresses";

const event = (id: number, kind: string, details: Record<string, unknown> = {}): SempreEvent => ({
  id,
  kind,
  details,
  at: "2026-03-01T09:12:03.120Z",
  channel: "files:coder",
  turn_id: null,
  seq: null,
});

test("a range of days crosses months and leap days, and is known again by its length", () => {
  expect(lastDays("2028-03-01", 7)).toEqual({ since: "2028-02-24", until: "2028-03-01" });
  expect(daysOf(lastDays("2028-03-01", 3))).toEqual(["2028-02-28", "2028-02-29", "2028-03-01"]);
  expect(lengthOf(lastDays("2026-01-05", 30), "2026-01-05")).toBe("30");
  expect(lengthOf({ since: "2026-01-01", until: "2026-01-05" }, "2026-01-05")).toBeUndefined();
});

test("a long range shows its last days, a turned one none", () => {
  const days = daysOf({ since: "2020-01-01", until: "2026-01-01" });
  expect(days).toHaveLength(120);
  expect(days.at(-1)).toBe("2026-01-01");
  expect(daysOf({ since: "2026-01-02", until: "2026-01-01" })).toEqual([]);
});

test("days in an address are real ones", () => {
  expect(readDay("2026-02-28")).toBe("2026-02-28");
  for (const wrong of ["2026-02-30", "2026-13-01", "26-1-1", "yesterday", 20260101, undefined]) {
    expect(readDay(wrong), String(wrong)).toBeUndefined();
  }
  expect(readSpend({ by: "colour", channel: "files:a" })).toEqual({ channel: "files:a" });
});

test("an export asks for what is seen", () => {
  const href = exportHref("model", { since: "2026-01-01", channel: "files:a b" });
  expect(href).toBe("/api/spend/export?by=model&since=2026-01-01&channel=files%3Aa+b");
});

test("events are shown once, newest first, without the pieces of texts", () => {
  const first = append(
    [],
    [event(1, "turn.accepted"), event(2, "turn.text"), event(3, "turn.ended")],
  );
  expect(first.map((each) => each.id)).toEqual([3, 1]);
  const second = append(first, [event(3, "turn.ended"), event(4, "alert.raised")]);
  expect(second.map((each) => each.id)).toEqual([4, 3, 1]);
  expect(append(second, [event(5, "turn.thinking")])).toBe(second);
});

test("an event knows its area, its tone and its line", () => {
  expect(areaOf(event(1, "directives.changed"))).toBe("policy");
  expect(areaOf(event(1, "gateway.refused"))).toBe("system");
  expect(areaOf(event(1, "run.stage"))).toBe("card");
  expect(isIn(event(1, "turn.tool"), "turn")).toBe(true);
  expect(isIn(event(1, "turn.tool"), "alert")).toBe(false);
  expect(toneOf(event(1, "turn.ended", { state: "failed" }))).toBe("failed");
  expect(toneOf(event(1, "turn.ended", { state: "answered" }))).toBe("done");
  expect(toneOf(event(1, "backup.verified", { passed: false }))).toBe("failed");
  expect(toneOf(event(1, "channel.paused"))).toBe("parked");
  expect(toneOf(event(1, "approval.asked"))).toBe("waiting");
  expect(toneOf(event(1, "channel.stopped"))).toBe("waiting");
  expect(toneOf(event(1, "session.stopped", { reason: "idle" }))).toBe("idle");
  expect(lineOf(event(1, "x", { by: "owner", reason: "quiet", n: 4 }))).toBe("quiet · owner");
  const failure = { kind: "api", message: "Too large." };
  expect(lineOf(event(1, "turn.ended", { state: "failed", failure }))).toBe("Too large. · failed");
  expect(lineOf(event(1, "x", { message: "m".repeat(900) })).length).toBeLessThan(310);
});

test("reasons are counted, the most frequent first, and the chosen one stays", () => {
  const letter = (kind: string) => ({ failure: { kind, message: "" } }) as DeadLetter;
  expect(countKinds([letter("api"), letter("quota"), letter("api")], "gone")).toEqual([
    ["api", 2],
    ["quota", 1],
    ["gone", 0],
  ]);
});
