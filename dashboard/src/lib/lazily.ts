/** A room that comes when it is opened: its code and its words together. */
import { lazyRouteComponent } from "@tanstack/react-router";
import { withWords } from "./i18n";
import type { RoomFile } from "./roomWords";
import { whenServed } from "./served";

export function lazily<Module extends Record<string, unknown>, Name extends keyof Module & string>(
  room: RoomFile,
  open: () => Promise<Module>,
  name: Name,
) {
  return lazyRouteComponent(() => whenServed(withWords(room, open)), name);
}
