/** What is wrong and was wrong, who has seen it, and the webhook that is told. */
import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { AlertPage } from "@/api/types";
import { ask, client } from "@/lib/client";

export type AlertsShown = "open" | "all";

export const alertsOptions = (state: AlertsShown) =>
  infiniteQueryOptions({
    queryKey: keys.alerts(state),
    queryFn: ({ pageParam, signal }) =>
      ask(
        client.GET("/api/alerts", {
          params: { query: { state, before: pageParam ?? undefined } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page: AlertPage) => page.next,
  });

export function useAcknowledge() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      ask(client.POST("/api/alerts/{id}/acknowledgement", { params: { path: { id } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: ["alerts"] }),
  });
}

export function useTestWebhook() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => ask(client.POST("/api/alerts/webhook/test")),
    onSettled: () => cache.invalidateQueries({ queryKey: ["alerts"] }),
  });
}

export function useRenewSecret() {
  return useMutation({ mutationFn: () => ask(client.POST("/api/alerts/webhook/secret")) });
}
