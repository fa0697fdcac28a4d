/** What an event is about, and what it says in one line. Pure. */
import type { SempreEvent } from "@/api/types";
import type { Tone } from "@/lib/signs";

export const AREAS = [
  "turn",
  "card",
  "channel",
  "session",
  "approval",
  "budget",
  "alert",
  "backup",
  "policy",
  "agent",
  "system",
] as const;
export type Area = (typeof AREAS)[number];

/** These fill a turn's own log. */
const PIECES = new Set(["turn.text", "turn.thinking"]);
/** A page that is left open for days forgets the oldest. */
const MOST = 20_000;
const LONGEST = 300;

export function append(
  shown: readonly SempreEvent[],
  more: readonly SempreEvent[],
): readonly SempreEvent[] {
  const newest = shown[0]?.id ?? -1;
  const unseen = more.filter((event) => event.id > newest && !PIECES.has(event.kind));
  return unseen.length === 0 ? shown : [...unseen.reverse(), ...shown].slice(0, MOST);
}

export function isIn(event: SempreEvent, area: Area | undefined): boolean {
  return area === undefined || areaOf(event) === area;
}

export function areaOf(event: SempreEvent): Area {
  const [head] = event.kind.split(".", 1);
  if (head === "directives" || head === "trust") return "policy";
  if (head === "board" || head === "run") return "card";
  return AREAS.find((each) => each === head) ?? "system";
}

const BAD = /(failed|lost|reached|refused|undelivered|expired)$/;
const HELD = /(asked|waiting|warned|raised|worsened|unattended|channel\.stopped)$/;
const PARKED = /(parked|paused|suspended|interrupted|retrying)$/;
const GOOD = /(published|ended|resumed|released|made|verified|decided|opened|started)$/;

export function toneOf({ kind, details }: SempreEvent): Tone {
  if (kind === "turn.ended") {
    return details.state === "answered" ? "done" : details.state === "failed" ? "failed" : "idle";
  }
  if (kind === "turn.tool_result" && details.ok === false) return "failed";
  if (kind === "backup.verified" && details.passed === false) return "failed";
  if (BAD.test(kind)) return "failed";
  if (PARKED.test(kind)) return "parked";
  if (HELD.test(kind)) return "waiting";
  return GOOD.test(kind) ? "done" : "idle";
}

/** What comes first says most. */
const TELLING = [
  "message",
  "headline",
  "reason",
  "head",
  "tool",
  "state",
  "decision",
  "scope",
  "what",
  "name",
  "model",
  "code",
  "session_id",
  "by",
  "where",
  "version",
  "output",
];

/** The details that say most, in one line. */
export function lineOf({ details }: SempreEvent): string {
  const failure = details.failure as { message?: unknown } | null | undefined;
  const said = [failure?.message, ...TELLING.map((name) => details[name])]
    .filter((value) => typeof value === "string" && value !== "")
    .slice(0, 3)
    .join(" · ");
  return said.length > LONGEST ? `${said.slice(0, LONGEST)}…` : said;
}
