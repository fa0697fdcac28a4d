/** Which address shows which room; each room's code comes when it is opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import type { TurnState } from "@/api/types";
import { Frame } from "@/frame/Frame";
import { NotFound, RoomFailed } from "@/frame/NotFound";
import { readLine, readState, readText } from "@/lib/addresses";

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

const failures = createRoute({
  getParentRoute: () => root,
  path: "/failures",
  component: lazyRouteComponent(() => import("@/routes/failures"), "FailuresRoom"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/routes/settings"), "SettingsRoom"),
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
    failures,
    settings,
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
