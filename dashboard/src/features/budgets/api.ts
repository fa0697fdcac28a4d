/** How budgets stand; setting one and taking it back. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { BudgetWish } from "@/api/types";
import { ask, client } from "@/lib/client";

export const budgetsOptions = queryOptions({
  queryKey: keys.budgets,
  queryFn: ({ signal }) => ask(client.GET("/api/budgets", { signal })),
});

function useRefresh() {
  const cache = useQueryClient();
  return () => {
    void cache.invalidateQueries({ queryKey: ["spend"] });
    void cache.invalidateQueries({ queryKey: keys.status });
    return cache.invalidateQueries({ queryKey: keys.budgets });
  };
}

export function useSetBudget() {
  return useMutation({
    mutationFn: ({ scope, wish }: { scope: string; wish: BudgetWish }) =>
      ask(client.PUT("/api/budgets/{scope}", { params: { path: { scope } }, body: wish })),
    onSettled: useRefresh(),
  });
}

export function useClearBudget() {
  return useMutation({
    mutationFn: (scope: string) =>
      ask(client.DELETE("/api/budgets/{scope}", { params: { path: { scope } } })),
    onSettled: useRefresh(),
  });
}
