/** A run's diff as its page is made of: the tree of files, and what was said about which line. Pure. */
import type { DiffFile, DiffLine, LineComment, StageVisit } from "@/api/types";

export type Side = "old" | "new";

/** What a person or a review said about a line. */
export interface Remark {
  id: string;
  file: string;
  /** null: about the file. */
  line: number | null;
  side: Side;
  text: string;
  by: string | null;
  /** A person's that the agent has not got yet. */
  pending: boolean;
}

export const remarkOf = (comment: LineComment): Remark => ({
  id: comment.id,
  file: comment.file,
  line: comment.line,
  side: comment.side === "old" ? "old" : "new",
  text: comment.text,
  by: comment.by,
  pending: comment.sentIn === null,
});

/** The last review's; what it said before was worked in. */
export function reviewRemarks(visits: readonly StageVisit[]): Remark[] {
  const last = visits.findLast((visit) => visit.verdict !== null);
  return (last?.verdict?.comments ?? []).map((comment, index) => ({
    id: `review-${index}`,
    file: comment.file,
    line: comment.line,
    side: "new",
    text: comment.text,
    by: null,
    pending: false,
  }));
}

/** Where a line stands: a removed one in the old version, every other in the new one. */
export function placeOf(line: DiffLine): { side: Side; line: number } | null {
  if (line.kind === "removed") return line.old === null ? null : { side: "old", line: line.old };
  return line.kind === "note" || line.new === null ? null : { side: "new", line: line.new };
}

export const lineKey = (side: Side, line: number): string => `${side} ${line}`;

/** By line, and those whose line is not shown: they stand at the head of their file. */
export function byLine(
  file: DiffFile,
  remarks: readonly Remark[],
): { at: Map<string, Remark[]>; elsewhere: Remark[] } {
  const shown = new Set<string>();
  for (const hunk of file.hunks)
    for (const line of hunk.lines) {
      const place = placeOf(line);
      if (place) shown.add(lineKey(place.side, place.line));
      if (line.kind === "context" && line.old !== null) shown.add(lineKey("old", line.old));
    }
  const at = new Map<string, Remark[]>();
  const elsewhere: Remark[] = [];
  for (const remark of remarks) {
    const key = remark.line === null ? "" : lineKey(remark.side, remark.line);
    if (!shown.has(key)) elsewhere.push(remark);
    else at.set(key, [...(at.get(key) ?? []), remark]);
  }
  return { at, elsewhere };
}

/** Of each file; one list stays the same list while nothing was said. */
export function byFile(remarks: readonly Remark[]): ReadonlyMap<string, readonly Remark[]> {
  const files = new Map<string, Remark[]>();
  for (const remark of remarks) {
    const list = files.get(remark.file);
    if (list) list.push(remark);
    else files.set(remark.file, [remark]);
  }
  return files;
}

export interface TreeRow {
  name: string;
  depth: number;
  /** Without it: a folder. */
  file?: DiffFile;
}

/** Files under their folders; folders with a single way through them stand on one row. */
export function treeRows(files: readonly DiffFile[]): TreeRow[] {
  const rows: TreeRow[] = [];
  let open: string[] = [];
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const folders = new Set(sorted.map(({ path }) => folderOf(path)).filter(Boolean));
  for (const file of sorted) {
    const folder = folderOf(file.path);
    const chain = [...folders]
      .filter((each) => folder === each || folder.startsWith(`${each}/`))
      .sort((a, b) => a.length - b.length);
    chain.forEach((each, depth) => {
      if (open[depth] === each) return;
      const above = chain[depth - 1];
      rows.push({ name: above ? each.slice(above.length + 1) : each, depth });
    });
    open = chain;
    rows.push({ name: file.path.slice(folder ? folder.length + 1 : 0), depth: chain.length, file });
  }
  return rows;
}

const folderOf = (path: string): string => path.split("/").slice(0, -1).join("/");

/** So many lines are drawn together. */
const BLOCK = 30;

export interface Block {
  /** Its first line's place in the hunk. */
  start: number;
  lines: readonly DiffLine[];
}

export function inBlocks(lines: readonly DiffLine[]): Block[] {
  const blocks: Block[] = [];
  for (let start = 0; start < lines.length; start += BLOCK) {
    blocks.push({ start, lines: lines.slice(start, start + BLOCK) });
  }
  return blocks;
}

/** So many lines stand there without being asked for; they are drawn as they come near. */
const AT_ONCE = 20_000;
const MOST_OF_ONE = 600;

/** Files that stand open at first: the first ones, as long as they are short. */
export function openAtFirst(files: readonly DiffFile[]): ReadonlySet<string> {
  const open = new Set<string>();
  let lines = 0;
  for (const file of files) {
    const own = (file.added ?? 0) + (file.removed ?? 0);
    if (own > MOST_OF_ONE || lines + own > AT_ONCE) continue;
    lines += own;
    open.add(file.path);
  }
  return open;
}
