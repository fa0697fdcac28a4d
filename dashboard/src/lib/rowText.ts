/** A line of a log as words: for search, for copying, and where there is room for one line only. Pure. */
import { type Row, textOf } from "./logRows";
import { wholeWords } from "./plain";

const SAYS_MOST = [
  "command",
  "file_path",
  "path",
  "pattern",
  "url",
  "query",
  "description",
  "prompt",
];

/** One line that says what a tool was asked to do. */
export function toolHead(input: unknown): string {
  if (typeof input !== "object" || input === null) return textOf(input);
  const fields = input as Record<string, unknown>;
  const name = SAYS_MOST.find((key) => typeof fields[key] === "string");
  return (name ? textOf(fields[name]) : JSON.stringify(input)).replace(/\s+/g, " ").trim();
}

/** A row as plain text: what search looks through and copying gives. */
export function rowText(row: Row): string {
  if (row.kind === "note") return `${row.event} ${noteText(row.details)}`.trim();
  if (row.kind !== "tool") return row.text;
  const head = `${row.tool} ${textOf(row.input)}`;
  const said = row.result?.output ?? row.output;
  const end = row.refused ? `${row.refused.reason} (${row.refused.rule})` : said;
  return end ? `${head}\n${end}` : head;
}

export function noteText(details: Record<string, unknown>): string {
  const message = details.message ?? details.reason;
  if (typeof message === "string") return message;
  const pairs = Object.entries(details).filter(([, value]) => value !== null && value !== "");
  return pairs.map(([name, value]) => `${name}=${flat(value)}`).join(" ");
}

const flat = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** The line shown where a turn has one line only. Of words that are still being written, only whole ones. */
export function lastLine(rows: readonly Row[]): Row | undefined {
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (row?.kind === "tool" || (row && isNews(row))) return row;
    if (row?.kind !== "text" || row.withdrawn) continue;
    const text = at === rows.length - 1 ? wholeWords(row.text) : row.text;
    if (text.trim()) return { ...row, text };
  }
  return undefined;
}

const isNews = (row: Row): boolean =>
  row.kind === "note" && (row.event === "turn.retrying" || row.event === "turn.note");
