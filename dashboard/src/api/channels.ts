/** Every channel there is, for choosing one. */
import { queryOptions } from "@tanstack/react-query";
import { ask, client } from "@/lib/client";
import { keys } from "./keys";

export const channelsOptions = queryOptions({
  queryKey: keys.channels,
  queryFn: ({ signal }) => ask(client.GET("/api/channels", { signal })),
});
