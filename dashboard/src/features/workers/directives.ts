/** What a person tells a worker, while it is being written: from the server, judged, and back. Pure. */
import type { Directives, DirectivesWish } from "@/api/types";

export type Draft = Omit<DirectivesWish, "version">;
export type FieldName = keyof Draft;

export const EFFORTS = ["", "low", "medium", "high", "max"] as const;
const LONGEST_SECONDS = 7 * 24 * 3600;
const LONGEST_MODEL = 200;
const LONGEST_INSTRUCTIONS = 100_000;

export function draftOf({ told }: Directives): Draft {
  return {
    model: told.model,
    effort: told.effort as Draft["effort"],
    instructions: told.instructions,
    tools: told.tools,
    silence_seconds: told.silence_seconds,
    turn_seconds: told.turn_seconds,
  };
}

export const isSame = (a: Draft, b: Draft): boolean => JSON.stringify(a) === JSON.stringify(b);

const isSeconds = (value: number | null | undefined): boolean =>
  value == null || (value > 0 && value <= LONGEST_SECONDS);

/** The fields that the server would refuse. */
export function wrongFields(draft: Draft): FieldName[] {
  const wrong: FieldName[] = [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if ((draft.model?.length ?? 0) > LONGEST_MODEL || /[\u0000-\u001f\u007f]/.test(draft.model ?? ""))
    wrong.push("model");
  if ((draft.instructions?.length ?? 0) > LONGEST_INSTRUCTIONS) wrong.push("instructions");
  if (!isSeconds(draft.silence_seconds)) wrong.push("silence_seconds");
  if (!isSeconds(draft.turn_seconds)) wrong.push("turn_seconds");
  return wrong;
}
