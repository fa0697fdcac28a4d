/** The one switch over everything. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { ask, client } from "@/lib/client";

export function useSuspend() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) =>
      ask(client.POST("/api/agent/suspend", { body: { reason: reason || null } })),
    onSettled: () => refresh(cache),
  });
}

export function useGoOn() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => ask(client.POST("/api/agent/resume")),
    onSettled: () => refresh(cache),
  });
}

function refresh(cache: ReturnType<typeof useQueryClient>): Promise<void> {
  void cache.invalidateQueries({ queryKey: keys.workers });
  return cache.invalidateQueries({ queryKey: keys.status });
}
