import { expect, test } from "vitest";
import type { Away, Directives, SpendToday } from "../src/api/types";
import { byWeight, isNews } from "../src/features/away/news";
import { standingOf } from "../src/features/spend/standing";
import { draftOf, isSame, wrongFields } from "../src/features/workers/directives";
import { pauseUntil } from "../src/features/workers/pauses";

const today = (change: Partial<SpendToday>): SpendToday =>
  ({
    budget_micros: 10_000_000,
    budget_tokens: null,
    used_ratio: 0.5,
    warn_percent: 80,
    forecast: { cost_micros: 9_000_000, tokens: 0, method: "rate" },
    ...change,
  }) as SpendToday;

test("spending is green, amber from the warning on, red when the budget is reached", () => {
  expect(standingOf(today({})).tone).toBe("done");
  expect(standingOf(today({ used_ratio: 0.8 })).tone).toBe("waiting");
  expect(standingOf(today({ used_ratio: 1 })).tone).toBe("failed");
  expect(standingOf(today({ used_ratio: null, budget_micros: null })).tone).toBe("idle");
});

test("a day that will end over its budget is told so, in either unit", () => {
  const forecast = { cost_micros: 11_000_000, tokens: 900, method: "rate" as const };
  expect(standingOf(today({})).willExceed).toBe(false);
  expect(standingOf(today({ forecast })).willExceed).toBe(true);
  expect(standingOf(today({ forecast, budget_micros: null })).willExceed).toBe(false);
  expect(standingOf(today({ forecast, budget_micros: null, budget_tokens: 800 })).willExceed).toBe(
    true,
  );
});

test("whoever comes back is told only when something happened, failures first", () => {
  const away = (change: object) =>
    ({ answered: 0, failed: 0, cancelled: 0, cost_micros: 0, ...change }) as Away;
  expect(isNews(away({ waiting: 3, dead: 2 }))).toBe(false);
  expect(isNews(away({ answered: 1 }))).toBe(true);
  expect(isNews(away({ cost_micros: 5 }))).toBe(true);
  const channel = (name: string, answered: number, failed: number) =>
    ({ channel: name, answered, failed, cost_micros: null }) as Away["channels"][number];
  const sorted = byWeight([channel("a", 1, 0), channel("b", 9, 0), channel("c", 0, 2)]);
  expect(sorted.map((each) => each.channel)).toEqual(["c", "b", "a"]);
});

test("a pause ends within the hour, or on the next morning", () => {
  const at = (hour: number) => new Date(2026, 2, 31, hour, 30);
  expect(pauseUntil("resumed", at(12))).toBeNull();
  expect(pauseUntil("hour", at(12))).toBe(at(13).toISOString());
  expect(pauseUntil("morning", at(6))).toBe(new Date(2026, 2, 31, 8).toISOString());
  expect(pauseUntil("morning", at(9))).toBe(new Date(2026, 3, 1, 8).toISOString());
});

test("directives are judged as they are typed, as the server would", () => {
  const none = {
    model: null,
    effort: null,
    instructions: null,
    tools: null,
    silence_seconds: null,
    turn_seconds: null,
  };
  const draft = draftOf({ told: none } as Directives);
  expect(wrongFields(draft)).toEqual([]);
  expect(wrongFields({ ...draft, model: "claude\u0007" })).toEqual(["model"]);
  expect(wrongFields({ ...draft, turn_seconds: 0, silence_seconds: 604_801 })).toEqual([
    "silence_seconds",
    "turn_seconds",
  ]);
  expect(wrongFields({ ...draft, turn_seconds: 604_800 })).toEqual([]);
  expect(isSame(draft, { ...draft, tools: ["Bash"] })).toBe(false);
});
