/** What live events mean for what is cached: logs grow, and what an event made stale is read again. */
import { type Query, QueryClient } from "@tanstack/react-query";
import { refreshCards } from "@/api/cardLists";
import { keys } from "@/api/keys";
import { readAgain } from "@/api/stale";
import { refreshTurnLists } from "@/api/turnLists";
import type { SempreEvent } from "@/api/types";
import { ApiError, ask, client, reportSignedIn } from "./client";
import { EventStream } from "./events";
import { feedLines } from "./liveLines";
import { catchUpLogs, feedLogs } from "./turnLogs";

/** A page full of running turns asks the server so often at most. */
const REFRESH_EVERY = 400;
const LOG_ONLY = new Set([
  "turn.text",
  "turn.thinking",
  "turn.tool",
  "turn.tool_result",
  "turn.command",
  "turn.output",
  "turn.command_ended",
]);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
    // Without a network a deed fails at once and is said to: it is never kept, to be done unseen later.
    mutations: { networkMode: "always" },
  },
});

/** What an event of each kind makes stale, beside status and workers. */
const STALE: Readonly<Record<string, readonly string[]>> = {
  alert: ["alerts"],
  approval: ["approvals"],
  audit: ["audit"],
  backup: ["backups"],
  board: ["boards", "cards found"],
  budget: ["budgets", "spend"],
  card: ["boards"],
  channel: ["sessions", "channels"],
  directives: ["directives"],
  policy: ["policy", "approvals"],
  settings: ["settings", "policy", "budgets", "directives"],
  price: ["prices", "spend"],
  session: ["sessions"],
  system: ["connection", "settings"],
  token: ["tokens"],
  trust: ["trust"],
};

/** A card's stages are turns on a channel of its own: `board:shop/SHOP-12`. */
function cardOf(channel: string | null): string | undefined {
  return channel?.startsWith("board:") ? channel.split("/")[1] : undefined;
}

let stale = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let refreshed = 0;

function markStale(events: readonly SempreEvent[]): void {
  for (const event of events) {
    if (LOG_ONLY.has(event.kind)) continue;
    const area = event.kind.split(".", 1)[0];
    stale.add("status").add("workers");
    if (area === "turn" && event.turn_id) stale.add(`turn ${event.turn_id}`);
    if (event.kind === "turn.ended" || event.kind === "turn.accepted") stale.add("dead-letters");
    if (event.kind === "turn.ended") stale.add("spend").add("approvals");
    // Its call is held no more: the turn waits without a process.
    if (event.kind === "turn.waiting") stale.add("approvals");
    for (const mark of STALE[area ?? ""] ?? []) stale.add(mark);
    const card = cardOf(event.channel);
    if (card) stale.add(`card ${card}`);
  }
  if (stale.size === 0 || timer !== undefined) return;
  timer = setTimeout(refresh, Math.max(0, refreshed + REFRESH_EVERY - Date.now()));
}

function refresh(): void {
  const marks = stale;
  stale = new Set();
  timer = undefined;
  refreshed = Date.now();
  const again = (queryKey: readonly unknown[]) => readAgain(queryClient, { queryKey });
  let turns = false;
  const cards: string[] = [];
  for (const mark of marks) {
    if (mark.startsWith("turn ")) {
      turns = true;
      again(keys.turn(mark.slice(5)));
    } else if (mark.startsWith("card ")) cards.push(mark.slice(5));
    else again(mark.split(" "));
  }
  if (cards.length > 0) refreshCards(queryClient, cards).catch(() => undefined);
  if (!turns) return;
  again(["turns", "head"]);
  // A failed refresh is mended by the next event or the next connection.
  refreshTurnLists(queryClient).catch(() => undefined);
}

function onLive(fresh: boolean): void {
  // Another log (a model was connected, another home): nothing on this page holds any more.
  if (fresh) {
    location.reload();
    return;
  }
  catchUpLogs();
  readAgain(queryClient, {
    predicate: (query) =>
      query.queryKey[1] !== "list" && query.queryKey[0] !== "away" && isBehind(query),
  });
  const lists = queryClient.getQueryCache().findAll({ queryKey: ["turns", "list"] });
  if (lists.some(isBehind)) refreshTurnLists(queryClient).catch(() => undefined);
}

/** What was asked before it was known where the log stands: it may lack what no event will tell. */
let askedBefore: ReadonlySet<Query> = new Set();

const isBehind = (query: Query) => askedBefore.has(query) || query.state.status === "error";

async function readStatus() {
  // No older answer may come after this one.
  await queryClient.cancelQueries({ queryKey: keys.status, exact: true });
  const asking = ask(client.GET("/api/status"));
  // Who wants it meanwhile waits for the same answer.
  void queryClient.prefetchQuery({
    queryKey: keys.status,
    queryFn: () => asking,
    retry: false,
    staleTime: 0,
  });
  const status = await asking;
  reportSignedIn(true);
  const asked = queryClient.getQueryCache().getAll();
  askedBefore = new Set(asked.filter((query) => query.queryKey[0] !== keys.status[0]));
  queryClient.setQueryData(keys.status, status);
  return status;
}

export const stream = new EventStream({
  status: readStatus,
  open: (after) => new EventSource(`/api/events?after=${after}`),
  onEvents: (events) => {
    feedLogs(events);
    feedLines(events);
    markStale(events);
  },
  onLive,
});

export function startLive(): void {
  addEventListener("offline", stream.goOffline);
  addEventListener("online", () => void stream.connect());
  // A page that comes back from the browser's cache or from sleep has no connection any more.
  addEventListener("pageshow", (event) => {
    if (event.persisted) void stream.connect();
  });
  void stream.connect();
}
