/** Up and down from line to line of a diff; one of them is a stop of the tab key. */
import type { KeyboardEvent } from "react";

export function stepLine(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const current = event.target instanceof HTMLElement ? event.target : null;
  if (!current?.matches("[data-line]")) return;
  const lines = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-line]")];
  const next = lines[lines.indexOf(current) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  current.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
