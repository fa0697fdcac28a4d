/** The parts of a card's drawer, as its address names them. */
export const TABS = ["overview", "plan", "log", "diff", "runs"] as const;
export type CardTab = (typeof TABS)[number];

export const readTab = (value: unknown): CardTab | undefined =>
  TABS.find((tab) => tab === value && tab !== "overview");
