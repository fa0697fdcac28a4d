/** What agents may do: rules, what channels do with questions, what the settings want, and a tester. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { GivenRule, OnAsk } from "@/api/types";
import { ask, client } from "@/lib/client";

export const policyOptions = queryOptions({
  queryKey: keys.policy,
  queryFn: ({ signal }) => ask(client.GET("/api/policy", { signal })),
});

export const proposalsOptions = queryOptions({
  queryKey: keys.proposals,
  queryFn: ({ signal }) => ask(client.GET("/api/policy/proposals", { signal })),
});

function useRefresh() {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: ["policy"] });
}

export function useSaveRules() {
  return useMutation({
    mutationFn: (wanted: { version: string; rules: GivenRule[] }) =>
      ask(client.PUT("/api/policy/rules", { body: wanted })),
    onSettled: useRefresh(),
  });
}

export function useSetOnAsk() {
  return useMutation({
    mutationFn: ({ channel, onAsk }: { channel: string; onAsk: OnAsk | null }) =>
      ask(
        client.PUT("/api/policy/channels/{channel}", {
          params: { path: { channel } },
          body: { on_ask: onAsk },
        }),
      ),
    onSettled: useRefresh(),
  });
}

export function useDecideProposal() {
  return useMutation({
    mutationFn: ({ id, decision }: { id: string; decision: "approve" | "refuse" }) =>
      ask(
        client.POST("/api/policy/proposals/{id}/decision", {
          params: { path: { id } },
          body: { decision },
        }),
      ),
    onSettled: useRefresh(),
  });
}

export interface Case {
  channel: string;
  tool: string;
  input: Record<string, unknown>;
}

export function useTestPolicy() {
  return useMutation({
    mutationFn: ({ channel, tool, input }: Case) =>
      ask(
        client.POST("/api/policy/test", {
          body: { channel, tool, input: input as Record<string, never> },
        }),
      ),
  });
}
