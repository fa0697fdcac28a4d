/** Events as the server sends them, for tests. */
import type { SempreEvent } from "../src/api/types";

export function event(
  seq: number,
  kind: string,
  details: Record<string, unknown> = {},
): SempreEvent {
  return {
    id: 1000 + seq,
    at: "2026-11-21T12:00:00Z",
    kind,
    channel: "files:a",
    turn_id: "t",
    seq,
    details,
  };
}

export const words = (seq: number): SempreEvent =>
  event(seq, "turn.text", { block: 1, text: `${seq},` });
