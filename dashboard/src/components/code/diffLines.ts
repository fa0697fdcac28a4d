/** Two texts as hunks of changed lines. Pure. */
import { structuredPatch } from "diff";

export interface Change {
  sign: "+" | "-" | " ";
  /** In the new text; of what is taken away, in the old one. */
  line: number;
  text: string;
}
export interface Hunk {
  oldStart: number;
  newStart: number;
  changes: Change[];
}

const AROUND = 3;
/** Two texts that have nothing in common would take long to compare. */
const MOST_EDITS = 1000;

export function diffLines(before: string, after: string): Hunk[] {
  const patch = structuredPatch("", "", before, after, undefined, undefined, {
    context: AROUND,
    maxEditLength: MOST_EDITS,
  });
  return patch
    ? patch.hunks.map(({ oldStart, newStart, lines }) => hunkOf(oldStart, newStart, lines))
    : [replaced(before, after)];
}

function hunkOf(oldStart: number, newStart: number, lines: readonly string[]): Hunk {
  let [old, fresh] = [oldStart, newStart];
  const changes: Change[] = [];
  for (const line of lines) {
    const sign = line[0];
    const text = line.slice(1);
    if (sign === "-") changes.push({ sign, line: old++, text });
    else if (sign === "+") changes.push({ sign, line: fresh++, text });
    else if (sign === " ") {
      changes.push({ sign, line: fresh++, text });
      old += 1;
    }
  }
  return { oldStart, newStart, changes };
}

/** All of the one away, all of the other there. */
function replaced(before: string, after: string): Hunk {
  const all = (text: string, sign: "+" | "-"): Change[] =>
    text.split("\n").map((line, index) => ({ sign, line: index + 1, text: line }));
  return { oldStart: 1, newStart: 1, changes: [...all(before, "-"), ...all(after, "+")] };
}
