/** API tokens: which there are, making one, taking one back. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { Scope } from "@/api/types";
import { ask, client } from "@/lib/client";

export const tokensOptions = queryOptions({
  queryKey: keys.tokens,
  queryFn: ({ signal }) => ask(client.GET("/api/tokens", { signal })),
});

export interface TokenDraft {
  name: string;
  scopes: Scope[];
  expires_at: string | null;
}

export function useCreateToken() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (draft: TokenDraft) => ask(client.POST("/api/tokens", { body: draft })),
    // The secret is in the form's hands alone; nothing of it stays in a cache.
    gcTime: 0,
    onSettled: () => cache.invalidateQueries({ queryKey: keys.tokens }),
  });
}

export function useRevokeToken() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      ask(client.DELETE("/api/tokens/{id}", { params: { path: { id } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.tokens }),
  });
}
