/** A run as a person asks for it. Pure. */
import type { Card, RunWish, SessionChoice, Stage } from "@/api/types";

export interface RunDraft {
  stage: Stage;
  /** That stage alone. */
  only: boolean;
  session: SessionChoice;
  description: string;
  spec: string;
  instructions: string;
}

export interface Before {
  description: string;
  spec: string;
}

/** A run begins where the one before stopped, else at the beginning. */
export const draftOf = ({ run }: Pick<Card, "run">, before: Before): RunDraft => ({
  stage: run && run.status !== "completed" ? run.stage : "plan",
  only: false,
  session: run?.hasWork && run.settlement === null ? "resume" : "fresh",
  ...before,
  instructions: "",
});

/** Only what differs from what stands on the card is given to the run. */
export function wishOf(draft: RunDraft, before: Before): RunWish {
  const changed = (name: keyof Before) => (draft[name] === before[name] ? null : draft[name]);
  return {
    ...(draft.only ? { onlyStage: draft.stage } : { fromStage: draft.stage }),
    description: changed("description"),
    // A plan that is written anew is not given beforehand.
    spec: draft.stage === "plan" ? null : changed("spec"),
    instructions: draft.instructions.trim() || null,
    session: draft.session,
  };
}
