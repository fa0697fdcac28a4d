/** The rows of several turns as one log with one numbering. Pure. */
import type { Row } from "@/lib/logRows";
import type { Tone } from "@/lib/signs";

export interface VisitRows {
  /** Its lines come after this place in the run's log. */
  start: number;
  at: number;
  head: string;
  tone: Tone;
  rows: readonly Row[];
  /** Read up to now. */
  ready: boolean;
}

/** Rows are made once and never changed: so is what stands for them in the run's log. */
const placed = new WeakMap<Row, Row>();

function place(row: Row, start: number): Row {
  let found = placed.get(row);
  if (!found) {
    found = { ...row, seq: start + row.seq };
    placed.set(row, found);
  }
  return found;
}

/** Stops before a visit that is still being read, so that nothing is put in front of what is shown. */
export function runRows(visits: readonly VisitRows[]): Row[] {
  const rows: Row[] = [];
  for (const { start, at, head, tone, rows: own, ready } of visits) {
    // Between the last line before it and its own first one.
    rows.push({ kind: "head", seq: start + 0.5, at, text: head, tone });
    for (const row of own) rows.push(place(row, start));
    if (!ready) break;
  }
  return rows;
}
