/** What a run's state means to the eye: its tone, its bar of stages, whether it may be asked for something. Pure. */
import type {
  CardColumn,
  CardSummary,
  Priority,
  RunState,
  RunSummary,
  Stage,
  StageVisit,
} from "@/api/types";
import { wholeWords } from "@/lib/plain";
import type { Tone } from "@/lib/signs";

export const STAGES: readonly Stage[] = ["plan", "implement", "test", "review"];
export const COLUMNS: readonly CardColumn[] = [
  "backlog",
  "plan",
  "implement",
  "test",
  "review",
  "done",
];
export const ALL_COLUMNS: readonly CardColumn[] = [...COLUMNS, "archived"];
export const PRIORITIES: readonly Priority[] = ["urgent", "high", "medium", "low", "none"];
export const RUN_STATES: readonly RunState[] = [
  "queued",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
];

/** What of a run the words and signs are made of. */
export type Standing = Pick<
  RunSummary,
  "status" | "stage" | "waitsForPerson" | "isStuck" | "settlement" | "isActive" | "wait" | "kind"
>;

/** One word for how it stands, which the dictionary has a text for. */
export type StandingWord =
  | "queued"
  | "running"
  | "held"
  | "plan"
  | "change"
  | "stuck"
  | "away"
  | "completed"
  | "merged"
  | "discarded"
  | "failed"
  | "cancelled";

export function standingWord(run: Standing): StandingWord {
  if (run.wait === "machine") return "away";
  if (run.isStuck) return "stuck";
  if (run.settlement === "merged" || run.settlement === "discarded") return run.settlement;
  if (run.waitsForPerson) return run.status === "completed" ? "change" : "plan";
  if (run.status === "waiting") return "held";
  return run.status;
}

const TONES: Record<StandingWord, Tone> = {
  queued: "idle",
  running: "running",
  held: "parked",
  plan: "waiting",
  change: "waiting",
  stuck: "failed",
  away: "parked",
  completed: "done",
  merged: "done",
  discarded: "idle",
  failed: "failed",
  cancelled: "idle",
};

export const runTone = (run: Standing): Tone => TONES[standingWord(run)];

/** How each of the four segments looks: what lies behind is done, where it stands has the run's tone. */
export function segments(run: Standing | null): (Tone | "none")[] {
  if (!run) return STAGES.map(() => "none");
  const at = STAGES.indexOf(run.stage);
  return STAGES.map((_, index) => {
    if (index < at) return "done";
    if (index > at) return "none";
    return run.status === "completed" ? "done" : runTone(run);
  });
}

export const isUnderWay = (run: RunSummary | null): boolean => run?.isActive === true;
/** What was said last, as the server knew it; what only tells how a turn was handled says nothing here. */
export function lastSaid({ lastLine }: RunSummary): string {
  if (!lastLine || lastLine.type === "info") return "";
  // The last thing that is said is still being written.
  return lastLine.type === "text" ? wholeWords(lastLine.content) : lastLine.content;
}
/** A person may start a run. */
export const canRun = (card: CardSummary): boolean => !isUnderWay(card.run);
export const canRetry = ({ run }: CardSummary): boolean =>
  run !== null && run.kind === "run" && (run.status === "failed" || run.status === "cancelled");
/** Its change is approved and waits: merge, send back or discard. */
export const waitsForMerge = (run: RunSummary | null): boolean =>
  run?.status === "completed" && run.waitsForPerson;
/** Nothing goes on until a person has done something. */
export const waitsForPerson = (run: RunSummary): boolean => run.waitsForPerson || run.isStuck;
export const waitsForPlan = (run: RunSummary | null): boolean => run?.wait === "plan_approval";
/** There is a worktree and branch that nobody has merged or thrown away. */
export const hasWork = (run: RunSummary | null): boolean =>
  run !== null && !run.isActive && run.hasWork && run.settlement === null;

const RESULTS: Record<NonNullable<StageVisit["result"]>, Tone> = {
  passed: "done",
  failed: "failed",
  changes: "waiting",
  unreadable: "waiting",
  error: "failed",
  cancelled: "idle",
};

export const visitTone = ({ result }: Pick<StageVisit, "result">): Tone =>
  result ? RESULTS[result] : "running";
