import { expect, test } from "vitest";
import { mergeHead } from "../src/api/turnLists";
import type { Turn, TurnPage } from "../src/api/types";

const page = (ids: string, next: string | null): TurnPage => ({
  items: [...ids].map((id) => ({ id }) as Turn),
  next,
});
const ids = (merged: TurnPage) => merged.items.map((turn) => turn.id).join("");

test("new turns come before what was already read", () => {
  const merged = mergeHead(page("defghi", "i"), page("bcde", "e"));
  expect(ids(merged)).toBe("bcdefghi");
  expect(merged.next).toBe("i");
});

test("a turn that no longer fits the filter is gone", () => {
  expect(ids(mergeHead(page("abcdef", "f"), page("acd", "d")))).toBe("acdef");
});

test("without an overlap the head stands alone, so that no gap is hidden", () => {
  const merged = mergeHead(page("xyz", null), page("abc", "c"));
  expect(ids(merged)).toBe("abc");
  expect(merged.next).toBe("c");
});

test("a head that is the whole list replaces it", () => {
  expect(ids(mergeHead(page("abc", null), page("a", null)))).toBe("a");
});
