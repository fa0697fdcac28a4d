/** What a person can do with a turn, by how it stands. Pure. */
import type { Turn } from "@/api/types";

const CAN_STOP = new Set<Turn["state"]>(["queued", "running", "waiting", "parked"]);
const CAN_RETRY = new Set<Turn["state"]>(["failed", "cancelled"]);

export const canStop = (turn: Turn): boolean => CAN_STOP.has(turn.state);
export const canRetry = (turn: Turn): boolean => CAN_RETRY.has(turn.state);
