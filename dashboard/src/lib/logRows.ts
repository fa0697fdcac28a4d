/** What a turn's events look like as lines of a log: pieces of one text joined, a tool with its result. Pure. */
import type { SempreEvent } from "@/api/types";
import type { Tone } from "./signs";

interface Line {
  seq: number;
  at: number;
}
export interface WordsRow extends Line {
  kind: "text" | "thinking";
  block: string;
  text: string;
  /** The provider's stream broke off; this is said again further down. */
  withdrawn?: boolean;
  /** A subagent's, not the agent's own. */
  inside?: boolean;
}
export interface ToolRow extends Line {
  kind: "tool";
  callId: string;
  inside?: boolean;
  tool: string;
  input: unknown;
  /** What the model call that asked for it cost; undefined while that is not known. */
  costMicros?: number;
  /** What a person's command has written so far. */
  output?: string;
  result?: { ok: boolean; output: string; durationMs: number | null };
  refused?: { rule: string; reason: string };
}
export interface NoteRow extends Line {
  kind: "note";
  event: string;
  details: Record<string, unknown>;
}
/** Begins what follows: where several turns are read as one log. */
export interface HeadRow extends Line {
  kind: "head";
  text: string;
  tone: Tone;
}
export type Row = WordsRow | ToolRow | NoteRow | HeadRow;

export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
}

export const numberOf = (value: unknown): number | null =>
  typeof value === "number" ? value : null;

/** Adds events to rows; gives new rows, of which only the changed ones are new objects. */
export function addEvents(rows: readonly Row[], events: readonly SempreEvent[]): Row[] {
  const next = [...rows];
  for (const event of events) addEvent(next, event);
  return next;
}

function addEvent(rows: Row[], event: SempreEvent): void {
  switch (event.kind) {
    case "turn.text":
    case "turn.thinking":
      addWords(rows, event, event.kind === "turn.text" ? "text" : "thinking");
      return;
    case "turn.tool":
      rows.push(priced(rows, toolRow(event)));
      return;
    case "turn.tool_result":
      addResult(rows, event);
      return;
    case "turn.command":
      rows.push(commandRow(event));
      return;
    case "turn.output":
    case "turn.command_ended":
      changeCommand(rows, event);
      return;
    case "turn.tool_refused":
      addRefusal(rows, event);
      return;
    default:
      if (event.kind === "turn.usage") priceCalls(rows, event);
      if (event.details.code === "stream_restarted") withdraw(rows, event.details.blocks);
      rows.push({ ...line(event), kind: "note", event: event.kind, details: event.details });
  }
}

const line = (event: SempreEvent): Line => ({ seq: event.seq ?? 0, at: Date.parse(event.at) });

function addWords(rows: Row[], event: SempreEvent, kind: WordsRow["kind"]): void {
  const block = textOf(event.details.block);
  const text = textOf(event.details.text);
  // What a call took may be counted while its last words are still being said.
  const at = rows.findLastIndex((row) => row.kind !== "note" || row.event !== "turn.usage");
  const last = rows[at];
  if (last?.kind === kind && last.block === block) {
    rows[at] = { ...last, text: last.text + text };
  } else {
    rows.push({ ...line(event), kind, block, text, inside: isInside(event) });
  }
}

const isInside = (event: SempreEvent): boolean => textOf(event.details.parent) !== "";

/** Blocks count within an attempt: what came before it started is of another one. */
function withdraw(rows: Row[], blocks: unknown): void {
  const withdrawn = new Set(Array.isArray(blocks) ? blocks.map(textOf) : []);
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (row?.kind === "note" && row.event === "turn.started") return;
    if ((row?.kind === "text" || row?.kind === "thinking") && withdrawn.has(row.block)) {
      rows[at] = { ...row, withdrawn: true };
    }
  }
}

function toolRow(event: SempreEvent): ToolRow {
  const { call_id, tool, input } = event.details;
  return {
    ...line(event),
    kind: "tool",
    callId: textOf(call_id),
    inside: isInside(event),
    tool: textOf(tool),
    input,
  };
}

/**
 * A model call is booked when its words have ended: mostly just before the tool call that it asked for is
 * told, sometimes just after. A booking prices the calls since the one before, or else the next call.
 */
function priceCalls(rows: Row[], event: SempreEvent): void {
  const cost = costOf(event);
  if (cost === undefined) return;
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (row?.kind === "note" && row.event === "turn.usage") return;
    if (row?.kind !== "tool" || row.inside) continue;
    if (row.costMicros !== undefined) return;
    rows[at] = { ...row, costMicros: cost };
  }
}

/** A subagent's bookings (they name the agent) say nothing of the agent's own calls. */
const costOf = (event: SempreEvent): number | undefined =>
  textOf(event.details.agent) ? undefined : (numberOf(event.details.cost_micros) ?? undefined);

function priced(rows: readonly Row[], row: ToolRow): ToolRow {
  if (row.inside) return row;
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const before = rows[at];
    // Calls of one message have one price: the one before has not even ended.
    if (before?.kind === "tool" && !before.inside) {
      return before.result || before.refused ? row : { ...row, costMicros: before.costMicros };
    }
    if (before?.kind !== "note" || before.event !== "turn.usage") continue;
    const cost = textOf(before.details.agent) ? null : numberOf(before.details.cost_micros);
    if (cost !== null) return { ...row, costMicros: cost };
  }
  return row;
}

/** Where the call stands, searched from the end; -1 when the log does not hold it. */
function findCall(rows: readonly Row[], event: SempreEvent): number {
  const callId = textOf(event.details.call_id);
  return rows.findLastIndex((row) => row.kind === "tool" && row.callId === callId);
}

function changeCall(rows: Row[], event: SempreEvent, change: Partial<ToolRow>): void {
  const index = findCall(rows, event);
  const found = rows[index];
  if (found?.kind === "tool") rows[index] = { ...found, ...change };
  else rows.push({ ...toolRow(event), ...change });
}

/** A person's command (a board's tests) looks like a call: what it writes is its output. */
function commandRow(event: SempreEvent): ToolRow {
  const { command } = event.details;
  const at = line(event);
  return { ...at, kind: "tool", callId: `command ${at.seq}`, tool: "$", input: { command } };
}

function changeCommand(rows: Row[], event: SempreEvent): void {
  let at = rows.findLastIndex((row) => row.kind === "tool" && row.callId.startsWith("command "));
  if (at < 0) at = rows.push(commandRow(event)) - 1;
  const row = rows[at];
  if (row?.kind !== "tool") return;
  const { text, code, duration_ms } = event.details;
  const output = (row.output ?? "") + textOf(text);
  const ended = event.kind === "turn.command_ended";
  const result = { ok: code === 0, output, durationMs: numberOf(duration_ms) };
  rows[at] = ended ? { ...row, output, result } : { ...row, output };
}

function addResult(rows: Row[], event: SempreEvent): void {
  const { ok, output, duration_ms } = event.details;
  changeCall(rows, event, {
    result: { ok: ok !== false, output: textOf(output), durationMs: numberOf(duration_ms) },
  });
}

function addRefusal(rows: Row[], event: SempreEvent): void {
  const { rule, reason } = event.details;
  changeCall(rows, event, { refused: { rule: textOf(rule), reason: textOf(reason) } });
}
