/** How everything stands, in one answer. */
import { queryOptions } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { ask, client } from "@/lib/client";

export const statusOptions = queryOptions({
  queryKey: keys.status,
  queryFn: ({ signal }) => ask(client.GET("/api/status", { signal })),
});
