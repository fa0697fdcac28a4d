/** A room that comes when it is opened: its code and its words together. */
import { lazyRouteComponent } from "@tanstack/react-router";
import { withWords } from "./i18n";
import type { RoomFile } from "./roomWords";

export function lazily<Module extends Record<string, unknown>, Name extends keyof Module & string>(
  room: RoomFile,
  open: () => Promise<Module>,
  name: Name,
) {
  return lazyRouteComponent(withWords(room, open), name);
}
