/** How long a pause lasts. Pure. */
export const PAUSES = ["resumed", "hour", "morning"] as const;
export type PauseLength = (typeof PAUSES)[number];

const MORNING = 8;

/** When it goes on by itself, in the person's own time; null: until somebody resumes it. */
export function pauseUntil(length: PauseLength, now: Date): string | null {
  if (length === "resumed") return null;
  const until = new Date(now);
  if (length === "hour") until.setHours(until.getHours() + 1);
  else {
    if (until.getHours() >= MORNING) until.setDate(until.getDate() + 1);
    until.setHours(MORNING, 0, 0, 0);
  }
  return until.toISOString();
}
