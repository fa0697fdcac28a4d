/** The keys of everything that is cached: features read under them, live events refresh under them. */
export interface TurnFilter {
  channel?: string | undefined;
  state?: string | undefined;
  q?: string | undefined;
}

export const keys = {
  status: ["status"] as const,
  workers: ["workers"] as const,
  worker: (name: string) => ["workers", name] as const,
  turns: ["turns"] as const,
  turnList: (filter: TurnFilter) => ["turns", "list", filter] as const,
  turnHead: (filter: TurnFilter, limit: number) => ["turns", "head", filter, limit] as const,
  turn: (id: string) => ["turns", "one", id] as const,
  /** The turns of the last hours; read at intervals, not at every event. */
  day: ["day"] as const,
  deadLetters: ["dead-letters"] as const,
  deadLetterList: (filter: object) => ["dead-letters", "page", filter] as const,
  deadLetterHead: ["dead-letters", "head"] as const,
  approvals: ["approvals"] as const,
  openApprovals: ["approvals", "open"] as const,
  decidedApprovals: ["approvals", "decided"] as const,
  approvalsOfTurn: (turnId: string) => ["approvals", "turn", turnId] as const,
  approval: (id: string) => ["approvals", "one", id] as const,
  directives: (name: string) => ["directives", name] as const,
  trust: (name: string) => ["trust", name] as const,
  boardTrust: (board: string) => ["trust", "board", board] as const,
  unattended: ["policy", "unattended"] as const,
  sessions: (name: string) => ["sessions", name] as const,
  awaySince: ["away-since"] as const,
  /** As it stood when a visit began: no event refreshes it. */
  away: (since: string) => ["away", since] as const,
  spendToday: ["spend", "today"] as const,
  spendReport: (wish: object) => ["spend", "report", wish] as const,
  budgets: ["budgets"] as const,
  prices: ["prices"] as const,
  policy: ["policy", "all"] as const,
  proposals: ["policy", "proposals"] as const,
  tokens: ["tokens"] as const,
  backups: ["backups"] as const,
  auditPage: (filter: object) => ["audit", "page", filter] as const,
  /** Asked for by a person; it reads the whole trail. */
  auditVerification: ["audit-verification"] as const,
  doctor: ["doctor"] as const,
  alerts: (state: string) => ["alerts", state] as const,
  channels: ["channels"] as const,
  connection: ["connection"] as const,
  boards: ["boards"] as const,
  boardFindings: (board: string) => ["boards", "findings", board] as const,
  /** All cards of a board; events put the changed ones in, one by one. */
  cardsOf: (board: string) => ["cards", "of", board] as const,
  /** What was looked for: read anew when something changed. */
  cardsFound: (wish: object) => ["cards", "found", wish] as const,
  card: (key: string) => ["cards", "one", key] as const,
  cardPart: (key: string, part: "history" | "images" | "spec") =>
    ["cards", "one", key, part] as const,
  runsOf: (card: string) => ["runs", "of", card] as const,
  run: (id: string) => ["runs", "one", id] as const,
  runComments: (id: string) => ["runs", "one", id, "comments"] as const,
  diff: (id: string, path?: string) => ["runs", "one", id, "diff", path ?? ""] as const,
  settings: ["settings"] as const,
};
