/** The board by keyboard: J K H L and the arrows walk its cards, a letter does the rest, also with the card that is open. */
import { useEffect, useRef } from "react";

export type BoardKey = "new" | "run" | "cancel" | "move" | "edit" | "help" | "search";

const LETTERS: Readonly<Record<string, BoardKey>> = {
  n: "new",
  r: "run",
  c: "cancel",
  m: "move",
  e: "edit",
  "?": "help",
  "/": "search",
};
type Way = "up" | "down" | "left" | "right";
const WAYS: Readonly<Record<string, Way>> = { j: "down", k: "up", h: "left", l: "right" };
const ARROWS: Readonly<Record<string, Way>> = {
  ArrowDown: "down",
  ArrowUp: "up",
  ArrowLeft: "left",
  ArrowRight: "right",
};

const CARD = "#main [data-card]";
const all = (within: ParentNode, what: string) => [...within.querySelectorAll<HTMLElement>(what)];
const inHand = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>(CARD) ?? null;

/** Of the open card; a dialog over it has the keys for itself. */
const DRAWER = "[data-card-drawer]";
const opened = (): string | undefined =>
  document.querySelector<HTMLElement>(DRAWER)?.dataset.cardDrawer;
const OF_CARDS: ReadonlySet<BoardKey> = new Set(["run", "cancel", "move", "edit", "help"]);

function isElsewhere(target: EventTarget | null): boolean {
  const element = target instanceof Element ? target : null;
  return (
    document.querySelector(`[role="dialog"]:not(${DRAWER}), [role="menu"], [data-dragged]`) !==
      null || element?.closest("input, textarea, select, [contenteditable=true]") != null
  );
}

function focus(card: HTMLElement | undefined): void {
  card?.focus();
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Within a column to its neighbour; to the side to the card at about the same height. */
function walk(way: Way): void {
  const current = inHand();
  const column = current?.closest<HTMLElement>("[data-column]");
  if (!current || !column) {
    focus(all(document, CARD)[0]);
    return;
  }
  if (way === "up" || way === "down") {
    const cards = all(column, "[data-card]");
    focus(cards[cards.indexOf(current) + (way === "down" ? 1 : -1)]);
    return;
  }
  const columns = all(document, "#main [data-column]").filter(
    (each) => each === column || each.querySelector("[data-card]"),
  );
  const next = columns[columns.indexOf(column) + (way === "right" ? 1 : -1)];
  if (!next) return;
  const height = current.getBoundingClientRect().top;
  const away = (card: HTMLElement) => Math.abs(card.getBoundingClientRect().top - height);
  focus(all(next, "[data-card]").sort((a, b) => away(a) - away(b))[0]);
}

/** `act` gets the key of the card in hand, where there is one. */
export function useBoardKeys(act: (key: BoardKey, card: string | undefined) => void): void {
  const newest = useRef(act);
  useEffect(() => {
    newest.current = act;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (isElsewhere(event.target)) return;
      const open = opened();
      const way = WAYS[event.key] ?? (inHand() ? ARROWS[event.key] : undefined);
      const letter = LETTERS[event.key];
      if (open && !(letter && OF_CARDS.has(letter))) return;
      if (!way && !letter) return;
      event.preventDefault();
      if (letter) newest.current(letter, open ?? inHand()?.dataset.card);
      else if (way) walk(way);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
