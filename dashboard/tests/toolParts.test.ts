import { expect, test } from "vitest";
import { diffLines } from "../src/components/code/diffLines";
import { toolParts } from "../src/components/code/toolParts";

test("a command comes first, as code", () => {
  const parts = toolParts("Bash", { description: "List", timeout: 5, command: "ls -la" });
  expect(parts[0]).toEqual({ kind: "code", name: "command", text: "ls -la", language: "bash" });
  expect(parts.slice(1)).toEqual([
    { kind: "fact", name: "description", text: "List" },
    { kind: "fact", name: "timeout", text: "5" },
  ]);
});

test("an edit is a change, and hides none of its other fields", () => {
  const parts = toolParts("Edit", {
    replace_all: true,
    file_path: "src/a.py",
    old_string: "return 1",
    new_string: "return 2",
  });
  expect(parts[0]).toEqual({
    kind: "change",
    path: "src/a.py",
    before: "return 1",
    after: "return 2",
    language: "python",
  });
  expect(parts.slice(1).map((part) => part.kind === "fact" && part.text)).toEqual([
    "true",
    "src/a.py",
  ]);
});

test("several edits are as many changes", () => {
  const edits = [
    { old_string: "a", new_string: "b" },
    { old_string: "c", new_string: "d", replace_all: true },
  ];
  const parts = toolParts("MultiEdit", { file_path: "x", edits });
  expect(parts.filter((part) => part.kind === "change")).toHaveLength(2);
  expect(parts).toContainEqual({ kind: "fact", name: "replace_all", text: "true" });
});

test("an input of any shape is shown whole", () => {
  for (const input of [
    "text",
    3,
    null,
    [1, 2],
    { edits: "no list", command: 3, deep: { a: [1] } },
  ]) {
    const text = JSON.stringify(toolParts("MultiEdit", input));
    for (const word of JSON.stringify(input ?? "").match(/\w+/g) ?? [])
      expect(text).toContain(word);
  }
});

test("a diff has what was taken, what was put, and what stands around", () => {
  const before = Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n");
  const [hunk, ...more] = diffLines(before, before.replace("line 9", "LINE 9"));
  expect(more).toEqual([]);
  expect(hunk?.changes.filter((each) => each.sign !== " ")).toEqual([
    { sign: "-", line: 10, text: "line 9" },
    { sign: "+", line: 10, text: "LINE 9" },
  ]);
  expect(hunk?.changes).toHaveLength(8);
  expect(diffLines("same", "same")).toEqual([]);
});

test("two long texts without anything in common are not compared for ever", () => {
  const lines = (word: string) =>
    Array.from({ length: 6000 }, (_, at) => `${word}${at}`).join("\n");
  const [hunk] = diffLines(lines("a"), lines("b"));
  expect(hunk?.changes).toHaveLength(12_000);
});
