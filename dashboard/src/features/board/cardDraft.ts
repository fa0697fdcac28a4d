/** A card while a person writes it: from the server, judged, and back. Pure. */
import type { Card, CardChange, CardColumn, NewCard, Priority } from "@/api/types";
import { inDollars, inMicros } from "./boardDraft";

export interface CardDraft {
  title: string;
  description: string;
  labels: readonly string[];
  priority: Priority;
  /** Ids of cards. */
  needs: readonly string[];
  model: string;
  dollars: number | null;
  tokens: number | null;
}

export const NEW_CARD: CardDraft = {
  title: "",
  description: "",
  labels: [],
  priority: "none",
  needs: [],
  model: "",
  dollars: null,
  tokens: null,
};

export const draftOf = (card: Card): CardDraft => ({
  title: card.title,
  description: card.description,
  labels: card.labels,
  priority: card.priority,
  needs: card.needs,
  model: card.model ?? "",
  dollars: inDollars(card.budgetMicros),
  tokens: card.budgetTokens,
});

const texts = (draft: CardDraft) => ({
  title: draft.title.trim(),
  description: draft.description,
  labels: [...draft.labels],
  priority: draft.priority,
  needs: [...draft.needs],
  model: draft.model.trim() || null,
  budgetMicros: inMicros(draft.dollars),
  budgetTokens: draft.tokens,
});

export const newCardOf = (draft: CardDraft, board: string, column: CardColumn): NewCard => ({
  ...texts(draft),
  board,
  column,
});

/** Only what differs, so that what somebody else changed beside it stays. */
export function changeOf(draft: CardDraft, before: CardDraft, version: number): CardChange {
  const [now, then] = [texts(draft), texts(before)];
  const differs = Object.entries(now).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(then[name as keyof typeof then]),
  );
  return { ...Object.fromEntries(differs), version };
}

/** What a person changed, over what somebody else has made of the rest meanwhile. */
export function mergedOver(saved: CardDraft, draft: CardDraft, before: CardDraft): CardDraft {
  const mine = Object.entries(draft).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof CardDraft]),
  );
  return { ...saved, ...Object.fromEntries(mine) };
}

export const isSame = (a: CardDraft, b: CardDraft): boolean =>
  JSON.stringify(texts(a)) === JSON.stringify(texts(b));

export const isTitle = (title: string): boolean =>
  title.trim().length > 0 && title.trim().length <= 200;

const TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** Pictures of what was pasted, dropped or chosen. */
export const picturesOf = (files: Iterable<File>): File[] =>
  [...files].filter((file) => TYPES.has(file.type));
