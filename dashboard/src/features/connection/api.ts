/** What answers: a model that a person connected, or the script. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { ConnectionKind } from "@/api/types";
import { ask, client } from "@/lib/client";

export const connectionOptions = queryOptions({
  queryKey: keys.connection,
  queryFn: ({ signal }) => ask(client.GET("/api/connection", { signal })),
});

export interface NewConnection {
  kind: Exclude<ConnectionKind, "none">;
  value?: string;
  base_url?: string;
}

/** The server starts its runtime anew: the live connection breaks and finds another log behind it. */
export function useSetConnection() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: NewConnection) => ask(client.PUT("/api/connection", { body })),
    onSuccess: () => cache.invalidateQueries(),
  });
}

export function useRemoveConnection() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => ask(client.DELETE("/api/connection")),
    onSuccess: () => cache.invalidateQueries(),
  });
}
