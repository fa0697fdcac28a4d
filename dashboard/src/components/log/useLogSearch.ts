/** Searching a log: which lines hold the words, and which of them is the one in hand. */
import { useMemo, useState } from "react";
import type { Row } from "@/lib/logRows";
import { useRowText } from "./noteText";

export interface LogSearch {
  needle: string;
  setNeedle: (needle: string) => void;
  matches: readonly number[];
  /** Index into the rows, of the match in hand. */
  current: number | undefined;
  position: number;
  step: (by: 1 | -1) => number | undefined;
}

export function useLogSearch(rows: readonly Row[]): LogSearch {
  const [needle, setNeedle] = useState("");
  const [position, setPosition] = useState(-1);
  const text = useRowText();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the words of a row change with the language only
  const matches = useMemo(() => findMatches(rows, needle, text), [rows, needle]);
  const at = position < 0 ? undefined : matches[Math.min(position, matches.length - 1)];
  return {
    needle,
    setNeedle: (text) => {
      setNeedle(text);
      setPosition(-1);
    },
    matches,
    current: at,
    position: at === undefined ? -1 : Math.min(position, matches.length - 1),
    step: (by) => {
      if (matches.length === 0) return undefined;
      const next = position < 0 && by < 0 ? -1 : position + by;
      const wrapped = (next + matches.length) % matches.length;
      setPosition(wrapped);
      return matches[wrapped];
    },
  };
}

export function findMatches(
  rows: readonly Row[],
  needle: string,
  text: (row: Row) => string,
): number[] {
  const find = needle.trim().toLowerCase();
  if (!find) return [];
  const found: number[] = [];
  rows.forEach((row, index) => {
    if (text(row).toLowerCase().includes(find)) found.push(index);
  });
  return found;
}
