/** A board while a person writes it: from the server, judged, and back. Pure. */
import type { Board, BoardWish, NewBoard, Stage } from "@/api/types";
import { STAGES } from "./stages";

export interface StageDraft {
  model: string | null;
  effort: string | null;
  instructions: string;
  dollars: number | null;
  tokens: number | null;
  wip: number | null;
}

export interface BoardDraft {
  name: string;
  /** Both are made of the name until they are written. */
  id: string | null;
  prefix: string | null;
  repository: string;
  base: string;
  setup: readonly string[];
  test: readonly string[];
  stages: Readonly<Record<Stage, StageDraft>>;
  wip: number | null;
  worktree: boolean;
  approvePlan: boolean;
  testRounds: number | null;
  reviewRounds: number | null;
  testMinutes: number | null;
}

export type BoardField = "name" | "id" | "prefix" | "repository" | "base" | "wip" | "testMinutes";

const MICROS = 1_000_000;
const EMPTY_STAGE: StageDraft = {
  model: null,
  effort: null,
  instructions: "",
  dollars: null,
  tokens: null,
  wip: null,
};

const ofStages = (draft: (stage: Stage) => StageDraft) =>
  Object.fromEntries(STAGES.map((stage) => [stage, draft(stage)])) as BoardDraft["stages"];

export const NEW_BOARD: BoardDraft = {
  name: "",
  id: null,
  prefix: null,
  repository: "",
  base: "main",
  setup: [],
  test: [],
  stages: ofStages(() => EMPTY_STAGE),
  wip: 2,
  worktree: true,
  approvePlan: false,
  testRounds: 3,
  reviewRounds: 2,
  testMinutes: 30,
};

export function draftOf(board: Board): BoardDraft {
  return {
    name: board.name,
    id: board.id,
    prefix: board.prefix,
    repository: board.repository,
    base: board.base,
    setup: board.setup,
    test: board.test,
    stages: ofStages((stage) => {
      const { budget_micros, budget_tokens, ...told } = board.stages[stage] ?? EMPTY_TUNING;
      return { ...told, dollars: inDollars(budget_micros), tokens: budget_tokens };
    }),
    wip: board.wip,
    worktree: board.worktree,
    approvePlan: board.approve_plan,
    testRounds: board.test_rounds,
    reviewRounds: board.review_rounds,
    testMinutes: board.test_seconds / 60,
  };
}

const EMPTY_TUNING = {
  model: null,
  effort: null,
  instructions: "",
  budget_micros: null,
  budget_tokens: null,
  wip: null,
};

export const inDollars = (micros: number | null): number | null =>
  micros === null ? null : micros / MICROS;
export const inMicros = (dollars: number | null): number | null =>
  dollars === null ? null : Math.round(dollars * MICROS);

const plainLetters = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase();

/** `My shop` is `my-shop`. */
export const idOf = ({ id, name }: Pick<BoardDraft, "id" | "name">): string =>
  id ??
  plainLetters(name)
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");

/** `My shop` begins its cards with `MS`, `Shop` with `SHOP`. */
export function prefixOf({ prefix, name }: Pick<BoardDraft, "prefix" | "name">): string {
  if (prefix !== null) return prefix;
  const words =
    plainLetters(name)
      .toUpperCase()
      .match(/[A-Z][A-Z0-9]*/g) ?? [];
  return words.length > 1
    ? words
        .map((word) => word[0])
        .join("")
        .slice(0, 10)
    : (words[0] ?? "").slice(0, 6);
}

export function wrongFields(draft: BoardDraft, fresh: boolean): BoardField[] {
  const wrong: BoardField[] = [];
  if (!draft.name.trim() || draft.name.length > 100) wrong.push("name");
  if (fresh && !/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(idOf(draft))) wrong.push("id");
  if (fresh && !/^[A-Z][A-Z0-9]{0,9}$/.test(prefixOf(draft))) wrong.push("prefix");
  if (!/^(\/|[A-Za-z]:[\\/])/.test(draft.repository.trim())) wrong.push("repository");
  if (!/^[^\s]+$/.test(draft.base)) wrong.push("base");
  if (!draft.wip || draft.wip > 100) wrong.push("wip");
  if (!draft.testMinutes || draft.testMinutes > 1440) wrong.push("testMinutes");
  return wrong;
}

const commands = (lines: readonly string[]) =>
  lines.map((line) => line.trim()).filter((line) => line !== "");

export function wishOf(draft: BoardDraft): BoardWish {
  return {
    name: draft.name.trim(),
    repository: draft.repository.trim(),
    base: draft.base,
    setup: commands(draft.setup),
    test: commands(draft.test),
    stages: Object.fromEntries(
      STAGES.map((stage) => {
        const { dollars, tokens, ...told } = draft.stages[stage];
        return [stage, { ...told, budget_micros: inMicros(dollars), budget_tokens: tokens }];
      }),
    ),
    wip: draft.wip ?? 1,
    worktree: draft.worktree,
    approve_plan: draft.approvePlan,
    test_rounds: draft.testRounds ?? 0,
    review_rounds: draft.reviewRounds ?? 0,
    test_seconds: (draft.testMinutes ?? 1) * 60,
  };
}

export const newWishOf = (draft: BoardDraft): NewBoard => ({
  ...wishOf(draft),
  id: idOf(draft),
  prefix: prefixOf(draft),
});

export const isSame = (a: BoardDraft, b: BoardDraft): boolean =>
  JSON.stringify(wishOf(a)) === JSON.stringify(wishOf(b));
