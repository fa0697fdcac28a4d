/** How bad a finding is, to the eye and in order. Pure. */
import type { Finding } from "@/api/types";
import type { Tone } from "@/lib/signs";

const ORDER: readonly Finding["level"][] = ["problem", "warning", "note", "ok"];

export const TONE: Record<Finding["level"], Tone> = {
  problem: "failed",
  warning: "waiting",
  note: "idle",
  ok: "done",
};

/** Within a level they stay as the doctor went. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
}
