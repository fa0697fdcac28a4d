import { QueryClient } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import { dropCard, putCard, refreshCards } from "../src/api/cardLists";
import { keys } from "../src/api/keys";
import type { CardSummary } from "../src/api/types";
import { feedLines, rowsOf, watchLines } from "../src/lib/liveLines";
import { addEvents } from "../src/lib/logRows";
import { lastLine, rowText } from "../src/lib/rowText";
import { event } from "./events-of";

const card = (id: string, title = id) =>
  ({ id, key: id, board: "shop", title }) as unknown as CardSummary;
const titles = (cache: QueryClient) =>
  (cache.getQueryData<CardSummary[]>(keys.cardsOf("shop")) ?? []).map(({ title }) => title);

afterEach(() => vi.unstubAllGlobals());

test("a changed card takes its place, a new one is added, a deleted one goes", () => {
  const cache = new QueryClient();
  cache.setQueryData(keys.cardsOf("shop"), [card("A"), card("B")]);
  putCard(cache, card("B", "B, changed"));
  putCard(cache, card("C"));
  dropCard(cache, "A");
  expect(titles(cache)).toEqual(["B, changed", "C"]);
});

test("a board that nobody looks at is read anew when it is opened", async () => {
  const cache = new QueryClient();
  cache.setQueryData(keys.cardsOf("shop"), [card("A")]);
  const asked = vi.fn();
  vi.stubGlobal("fetch", asked);
  await refreshCards(cache, ["A"]);
  expect(cache.getQueryData(keys.cardsOf("shop"))).toBeUndefined();
  expect(asked).not.toHaveBeenCalled();
});

test("what a command writes is one line of the log that grows, and ends with its exit code", () => {
  const rows = addEvents(
    [],
    [
      event(1, "turn.command", { command: "make test" }),
      event(2, "turn.output", { text: "1 pas" }),
      event(3, "turn.output", { text: "sed\n" }),
    ],
  );
  expect(rows).toHaveLength(1);
  expect(rowText(rows[0] as never)).toContain("1 passed");
  const ended = addEvents(rows, [
    event(4, "turn.command_ended", { command: "make test", code: 2, duration_ms: 1200 }),
    event(5, "turn.command", { command: "make lint" }),
  ]);
  expect(ended[0]).toMatchObject({ result: { ok: false, durationMs: 1200 }, output: "1 passed\n" });
  expect(ended).toHaveLength(2);
});

test("lines of channels that nobody looks at are not kept", () => {
  expect(() => feedLines([{ ...event(1, "turn.text"), channel: "board:shop/A" }])).not.toThrow();
});

test("who begins to look in the middle of a word sees the next one, and only whole ones", () => {
  const channel = "board:shop/B";
  const say = (seq: number, text: string) =>
    feedLines([{ ...event(seq, "turn.text", { block: 1, text }), channel }]);
  const line = () => {
    const row = lastLine(rowsOf(channel) ?? []);
    return row && rowText(row);
  };
  const stop = watchLines(channel, () => undefined);
  say(1, "ething");
  expect(line()).toBeUndefined();
  say(2, "s is ");
  say(3, "writ");
  expect(line()).toBe("is ");
  say(4, "ten. Não h");
  expect(line()).toBe("is written. Não ");
  feedLines([{ ...event(5, "turn.tool", { call_id: "a", tool: "Bash", input: {} }), channel }]);
  feedLines([{ ...event(6, "turn.started"), channel }]);
  say(7, "Whole from the start");
  expect(line()).toBe("Whole from the ");
  stop();
  expect(rowsOf(channel)).toBeUndefined();
});
