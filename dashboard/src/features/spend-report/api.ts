/** What was spent in a range of days, summed up one way or another, and the same as a file. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { SpendGroup, SpendReport } from "@/api/types";
import { ask, client } from "@/lib/client";
import type { Range } from "./range";

export interface ReportWish extends Partial<Range> {
  by: SpendGroup;
  channel?: string | undefined;
}

const PAGE_SIZE = 100;

export const reportOptions = (wish: ReportWish) =>
  infiniteQueryOptions({
    queryKey: keys.spendReport(wish),
    queryFn: ({ pageParam, signal }) =>
      ask(
        client.GET("/api/spend", {
          params: { query: { ...wish, after: pageParam ?? undefined, limit: PAGE_SIZE } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page: SpendReport) => page.next,
  });

/** Where the browser fetches the file by itself. */
export function exportHref(by: SpendGroup | "call", wish: Omit<ReportWish, "by">): string {
  const query = new URLSearchParams({ by });
  for (const name of ["since", "until", "channel"] as const) {
    const value = wish[name];
    if (value) query.set(name, value);
  }
  return `/api/spend/export?${query}`;
}
