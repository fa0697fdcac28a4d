import { expect, test } from "vitest";
import type { ApprovalSummary } from "../src/api/types";
import { fieldsOf, inputOf, isSame, isValid } from "../src/features/approvals/editing";
import { newcomers } from "../src/features/approvals/notices";
import { nextOf } from "../src/features/approvals/queue";

const call = (id: string) => ({ id }) as ApprovalSummary;

test("after deciding the one behind comes up, at the end the one before", () => {
  const open = [call("a"), call("b"), call("c")];
  expect(nextOf(open, "a")?.id).toBe("b");
  expect(nextOf(open, "b")?.id).toBe("c");
  expect(nextOf(open, "c")?.id).toBe("b");
  expect(nextOf([call("a")], "a")).toBeUndefined();
});

test("an input that nobody touched stays what it was, whatever it holds", () => {
  const input = { command: "ls\n", timeout: 5, deep: { list: [1, null, "x"] }, flag: false };
  expect(inputOf(fieldsOf(input))).toEqual(input);
  expect(isSame(inputOf(fieldsOf(input)) ?? {}, input)).toBe(true);
});

test("text is taken as it is written, all else must be JSON", () => {
  const fields = fieldsOf({ command: "ls", timeout: 5 });
  const write = (name: string, text: string) =>
    fields.map((field) => (field.name === name ? { ...field, text } : field));
  expect(inputOf(write("command", "5"))).toEqual({ command: "5", timeout: 5 });
  expect(inputOf(write("timeout", "7"))).toEqual({ command: "ls", timeout: 7 });
  expect(write("timeout", "{").map(isValid)).toEqual([true, false]);
  expect(inputOf(write("timeout", "{"))).toBeNull();
});

test("what was there at first is no news, what came since is told once", () => {
  expect(newcomers([call("a")], undefined)).toEqual([]);
  expect(newcomers([call("a"), call("b")], new Set(["a"])).map((each) => each.id)).toEqual(["b"]);
  expect(newcomers([call("b")], new Set(["a", "b"]))).toEqual([]);
});
