/** Which address shows which room; each room's code and words come when it is opened. */
import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import type { TurnState } from "@/api/types";
import { readBoard } from "@/features/board/boardSearch";
import { Frame } from "@/frame/Frame";
import { NotFound, RoomFailed } from "@/frame/NotFound";
import { RoomComing } from "@/frame/RoomComing";
import {
  readAudit,
  readCompared,
  readKind,
  readLine,
  readShown,
  readSpend,
  readState,
  readText,
} from "@/lib/addresses";
import { lazily } from "@/lib/lazily";
import { askForNow, askForWorker, askForWorkers } from "@/routes/ahead";

const root = createRootRoute({ component: Frame });

const now = createRoute({
  getParentRoute: () => root,
  path: "/",
  loader: askForNow,
  component: lazily("now", () => import("@/routes/now"), "NowRoom"),
});

const workers = createRoute({
  getParentRoute: () => root,
  path: "/workers",
  loader: askForWorkers,
  component: lazily("workers", () => import("@/routes/workers"), "WorkersRoom"),
});

export type WorkerTab = "directives" | "sessions";

export interface HistorySearch {
  show?: WorkerTab | undefined;
  state?: TurnState | undefined;
  q?: string | undefined;
}

const worker = createRoute({
  getParentRoute: () => root,
  path: "/workers/$name",
  loader: ({ params }) => askForWorker(params.name),
  validateSearch: (search: Record<string, unknown>): HistorySearch => ({
    state: readState(search.state),
    q: readText(search.q),
    show: search.show === "directives" || search.show === "sessions" ? search.show : undefined,
  }),
  component: lazily("worker", () => import("@/routes/worker"), "WorkerRoom"),
});

const boards = createRoute({
  getParentRoute: () => root,
  path: "/board",
  validateSearch: readBoard,
  component: lazily("boards", () => import("@/routes/boards"), "BoardsRoom"),
});

const board = createRoute({
  getParentRoute: () => root,
  path: "/board/$board",
  validateSearch: readBoard,
  component: lazily("board", () => import("@/routes/board"), "BoardRoom"),
});

const turn = createRoute({
  getParentRoute: () => root,
  path: "/turns/$id",
  validateSearch: (search: Record<string, unknown>): { line?: number | undefined } => ({
    line: readLine(search.line),
  }),
  component: lazily("turn", () => import("@/routes/turn"), "TurnRoom"),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: "/compare",
  validateSearch: readCompared,
  component: lazily("compare", () => import("@/routes/compare"), "CompareRoom"),
});

const approvals = createRoute({
  getParentRoute: () => root,
  path: "/approvals",
  validateSearch: readShown,
  component: lazily("approvals", () => import("@/routes/approvals"), "ApprovalsRoom"),
});

const approval = createRoute({
  getParentRoute: () => root,
  path: "/approvals/$id",
  validateSearch: readShown,
  component: lazily("approvals", () => import("@/routes/approvals"), "ApprovalsRoom"),
});

const observability = createRoute({
  getParentRoute: () => root,
  path: "/observability",
  beforeLoad: () => {
    throw redirect({ to: "/observability/spend", replace: true });
  },
});

const spend = createRoute({
  getParentRoute: () => root,
  path: "/observability/spend",
  validateSearch: readSpend,
  component: lazily("spend", () => import("@/routes/spend"), "SpendRoom"),
});

const failures = createRoute({
  getParentRoute: () => root,
  path: "/observability/failures",
  validateSearch: readKind,
  component: lazily("failures", () => import("@/routes/failures"), "FailuresRoom"),
});

/** Where the failures were; links that were sent then still lead there. */
const failuresBefore = createRoute({
  getParentRoute: () => root,
  path: "/failures",
  beforeLoad: () => {
    throw redirect({ to: "/observability/failures", replace: true });
  },
});

const timeline = createRoute({
  getParentRoute: () => root,
  path: "/observability/timeline",
  validateSearch: readKind,
  component: lazily("timeline", () => import("@/routes/timeline"), "TimelineRoom"),
});

const alerts = createRoute({
  getParentRoute: () => root,
  path: "/observability/alerts",
  validateSearch: (search: Record<string, unknown>): { show?: "all" | undefined } =>
    search.show === "all" ? { show: "all" } : {},
  component: lazily("alerts", () => import("@/routes/alerts"), "AlertsRoom"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazily("settings", () => import("@/routes/settings"), "SettingsRoom"),
});

const budgets = createRoute({
  getParentRoute: () => root,
  path: "/settings/budgets",
  component: lazily("budgets", () => import("@/routes/budgets"), "BudgetsRoom"),
});

const prices = createRoute({
  getParentRoute: () => root,
  path: "/settings/prices",
  component: lazily("prices", () => import("@/routes/prices"), "PricesRoom"),
});

const policies = createRoute({
  getParentRoute: () => root,
  path: "/settings/policies",
  component: lazily("policies", () => import("@/routes/policies"), "PoliciesRoom"),
});

const tokens = createRoute({
  getParentRoute: () => root,
  path: "/settings/tokens",
  component: lazily("tokens", () => import("@/routes/tokens"), "TokensRoom"),
});

const backups = createRoute({
  getParentRoute: () => root,
  path: "/settings/backups",
  component: lazily("backups", () => import("@/routes/backups"), "BackupsRoom"),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: "/settings/audit",
  validateSearch: readAudit,
  component: lazily("audit", () => import("@/routes/audit"), "AuditRoom"),
});

const doctor = createRoute({
  getParentRoute: () => root,
  path: "/settings/doctor",
  component: lazily("doctor", () => import("@/routes/doctor"), "DoctorRoom"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    now,
    workers,
    worker,
    boards,
    board,
    turn,
    compare,
    approvals,
    approval,
    observability,
    spend,
    failures,
    failuresBefore,
    timeline,
    alerts,
    settings,
    budgets,
    prices,
    policies,
    tokens,
    backups,
    audit,
    doctor,
  ]),
  basepath: "/dashboard",
  defaultPreload: "intent",
  scrollRestoration: true,
  // At first nothing stands there that could stay until the room has come.
  defaultPendingMs: 0,
  defaultPendingComponent: RoomComing,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: RoomFailed,
});

const firstShown = router.subscribe("onRendered", () => {
  router.options.defaultPendingMs = 1000;
  firstShown();
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
