/** Which address shows which room; each room's code comes when it is opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import type { TurnState } from "@/api/types";
import { Frame } from "@/frame/Frame";
import { NotFound, RoomFailed } from "@/frame/NotFound";
import { readAudit, readKind, readLine, readSpend, readState, readText } from "@/lib/addresses";

const root = createRootRoute({ component: Frame });

const now = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("@/routes/now"), "NowRoom"),
});

const workers = createRoute({
  getParentRoute: () => root,
  path: "/workers",
  component: lazyRouteComponent(() => import("@/routes/workers"), "WorkersRoom"),
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
  validateSearch: (search: Record<string, unknown>): HistorySearch => ({
    state: readState(search.state),
    q: readText(search.q),
    show: search.show === "directives" || search.show === "sessions" ? search.show : undefined,
  }),
  component: lazyRouteComponent(() => import("@/routes/worker"), "WorkerRoom"),
});

const turn = createRoute({
  getParentRoute: () => root,
  path: "/turns/$id",
  validateSearch: (search: Record<string, unknown>): { line?: number | undefined } => ({
    line: readLine(search.line),
  }),
  component: lazyRouteComponent(() => import("@/routes/turn"), "TurnRoom"),
});

export interface Compared {
  a?: string | undefined;
  b?: string | undefined;
}

const compare = createRoute({
  getParentRoute: () => root,
  path: "/compare",
  validateSearch: (search: Record<string, unknown>): Compared => ({
    a: readText(search.a),
    b: readText(search.b),
  }),
  component: lazyRouteComponent(() => import("@/routes/compare"), "CompareRoom"),
});

export interface ApprovalsSearch {
  show?: "decided" | undefined;
}

const readShown = (search: Record<string, unknown>): ApprovalsSearch =>
  search.show === "decided" ? { show: "decided" } : {};

const approvals = createRoute({
  getParentRoute: () => root,
  path: "/approvals",
  validateSearch: readShown,
  component: lazyRouteComponent(() => import("@/routes/approvals"), "ApprovalsRoom"),
});

const approval = createRoute({
  getParentRoute: () => root,
  path: "/approvals/$id",
  validateSearch: readShown,
  component: lazyRouteComponent(() => import("@/routes/approvals"), "ApprovalsRoom"),
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
  component: lazyRouteComponent(() => import("@/routes/spend"), "SpendRoom"),
});

const failures = createRoute({
  getParentRoute: () => root,
  path: "/observability/failures",
  validateSearch: readKind,
  component: lazyRouteComponent(() => import("@/routes/failures"), "FailuresRoom"),
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
  component: lazyRouteComponent(() => import("@/routes/timeline"), "TimelineRoom"),
});

const alerts = createRoute({
  getParentRoute: () => root,
  path: "/observability/alerts",
  validateSearch: (search: Record<string, unknown>): { show?: "all" | undefined } =>
    search.show === "all" ? { show: "all" } : {},
  component: lazyRouteComponent(() => import("@/routes/alerts"), "AlertsRoom"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/routes/settings"), "SettingsRoom"),
});

const budgets = createRoute({
  getParentRoute: () => root,
  path: "/settings/budgets",
  component: lazyRouteComponent(() => import("@/routes/budgets"), "BudgetsRoom"),
});

const prices = createRoute({
  getParentRoute: () => root,
  path: "/settings/prices",
  component: lazyRouteComponent(() => import("@/routes/prices"), "PricesRoom"),
});

const policies = createRoute({
  getParentRoute: () => root,
  path: "/settings/policies",
  component: lazyRouteComponent(() => import("@/routes/policies"), "PoliciesRoom"),
});

const tokens = createRoute({
  getParentRoute: () => root,
  path: "/settings/tokens",
  component: lazyRouteComponent(() => import("@/routes/tokens"), "TokensRoom"),
});

const backups = createRoute({
  getParentRoute: () => root,
  path: "/settings/backups",
  component: lazyRouteComponent(() => import("@/routes/backups"), "BackupsRoom"),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: "/settings/audit",
  validateSearch: readAudit,
  component: lazyRouteComponent(() => import("@/routes/audit"), "AuditRoom"),
});

const doctor = createRoute({
  getParentRoute: () => root,
  path: "/settings/doctor",
  component: lazyRouteComponent(() => import("@/routes/doctor"), "DoctorRoom"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    now,
    workers,
    worker,
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
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: RoomFailed,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
