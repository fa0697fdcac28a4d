/** Which words a room brings beside those of the frame. Plain, so that the build can weigh them. */
export type Part = "board" | "work" | "observability" | "settings";

/** By the name of the room's file in routes/. A test compares them with what the room says. */
export const ROOM_WORDS = {
  alerts: ["observability"],
  approvals: ["work"],
  audit: ["settings", "observability"],
  backups: ["settings"],
  board: ["board", "work"],
  boards: ["board"],
  budgets: ["settings"],
  compare: ["work"],
  doctor: ["settings"],
  failures: ["work", "observability"],
  now: ["work", "board"],
  policies: ["work", "settings"],
  prices: ["settings"],
  settings: ["settings"],
  spend: ["observability"],
  timeline: ["observability"],
  tokens: ["settings"],
  turn: ["work"],
  worker: ["work"],
  workers: ["work"],
} as const satisfies Record<string, readonly Part[]>;

export type RoomFile = keyof typeof ROOM_WORDS;
