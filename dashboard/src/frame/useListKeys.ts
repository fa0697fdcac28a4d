/** On every list: J and K walk its rows, X marks the one in hand; Enter and Space are the row's own. */
import { useHotkeys } from "@mantine/hooks";

const ROW = "#main [data-row]";

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(ROW)];
/** The row with the focus, together with its mark where it can be marked. */
const inHand = (): HTMLElement | null =>
  document.activeElement?.closest<HTMLElement>("[data-row-place]") ??
  document.activeElement?.closest<HTMLElement>("[data-row]") ??
  null;

/** A list that is scrolled begins where it is looked at. */
function isSeen(row: HTMLElement): boolean {
  const { top, bottom } = row.getBoundingClientRect();
  const box = row.closest("[data-list]")?.getBoundingClientRect();
  return (
    bottom > Math.max(0, box?.top ?? 0) && top < Math.min(innerHeight, box?.bottom ?? innerHeight)
  );
}

function walk(by: 1 | -1): void {
  if (isCovered()) return;
  const all = rows();
  const current = inHand();
  const at = current ? all.findIndex((row) => current.contains(row)) : -1;
  const next = at < 0 ? (all.find(isSeen) ?? all[0]) : all[at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function mark(): void {
  if (isCovered()) return;
  inHand()?.querySelector<HTMLElement>("[data-mark]")?.click();
}

const isCovered = (): boolean => document.querySelector('[role="dialog"]') !== null;

export function useListKeys(): void {
  useHotkeys([
    ["j", () => walk(1)],
    ["k", () => walk(-1)],
    ["x", mark],
  ]);
}
