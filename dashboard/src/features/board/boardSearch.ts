/** What stands in a board's address: what is shown of it, and what is open over it. Pure. */
import type { CardColumn } from "@/api/types";
import { readLine, readText } from "@/lib/addresses";
import { type CardFilter, readFilter } from "./filters";
import { ALL_COLUMNS } from "./stages";
import { type CardTab, readTab } from "./tabs";

export interface BoardSearch extends CardFilter {
  card?: string | undefined;
  tab?: CardTab | undefined;
  run?: string | undefined;
  line?: number | undefined;
  /** On a phone: the column that is seen. */
  column?: CardColumn | undefined;
  archived?: true | undefined;
  do?: "new" | "settings" | "keys" | undefined;
}

const DOINGS = ["new", "settings", "keys"] as const;

export const readBoard = (search: Record<string, unknown>): BoardSearch => ({
  ...readFilter(search),
  card: readText(search.card),
  tab: readTab(search.tab),
  run: readText(search.run),
  line: readLine(search.line),
  column: ALL_COLUMNS.find((column) => column === search.column),
  archived: search.archived ? true : undefined,
  do: DOINGS.find((doing) => doing === search.do),
});
