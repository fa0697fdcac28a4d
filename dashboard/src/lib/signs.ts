/** What a state means to the eye: one of six tones, the same everywhere. */
import type { TurnState, WorkerState } from "@/api/types";

export type Tone = "running" | "waiting" | "parked" | "done" | "failed" | "idle";

const TURN: Record<TurnState, Tone> = {
  queued: "idle",
  running: "running",
  waiting: "waiting",
  parked: "parked",
  answered: "done",
  failed: "failed",
  cancelled: "idle",
};

const WORKER: Record<WorkerState, Tone> = {
  idle: "idle",
  running: "running",
  waiting: "waiting",
  parked: "parked",
  paused: "parked",
  stopped: "waiting",
  away: "parked",
};

export const turnTone = (state: TurnState): Tone => TURN[state];
export const workerTone = (state: WorkerState): Tone => WORKER[state];
