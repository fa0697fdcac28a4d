/** What `sempre doctor` finds. */
import { queryOptions } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { ask, client } from "@/lib/client";

export const doctorOptions = queryOptions({
  queryKey: keys.doctor,
  queryFn: ({ signal }) => ask(client.GET("/api/doctor", { signal })),
  // It takes seconds; a person asks for another look.
  staleTime: 5 * 60_000,
});
