/** What a million tokens of each model cost. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { PriceWish } from "@/api/types";
import { ask, client } from "@/lib/client";

export const pricesOptions = queryOptions({
  queryKey: keys.prices,
  queryFn: ({ signal }) => ask(client.GET("/api/prices", { signal })),
});

export function useSetPrice() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ model, wish }: { model: string; wish: PriceWish }) =>
      ask(client.PUT("/api/prices/{model}", { params: { path: { model } }, body: wish })),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.prices }),
  });
}

export function useRemovePrice() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (model: string) =>
      ask(client.DELETE("/api/prices/{model}", { params: { path: { model } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.prices }),
  });
}
