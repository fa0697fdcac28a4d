/** What today cost, against its budget, and what it will have cost. */
import { queryOptions } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { ask, client } from "@/lib/client";

export const spendTodayOptions = queryOptions({
  queryKey: keys.spendToday,
  queryFn: ({ signal }) => ask(client.GET("/api/spend/today", { signal })),
  // The forecast moves with the clock, also where nothing is spent.
  refetchInterval: 60_000,
});
