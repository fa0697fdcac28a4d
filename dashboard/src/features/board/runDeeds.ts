/** What a person does with a card's runs: start, stop, decide, merge, comment. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { refreshCards } from "@/api/cardLists";
import { keys } from "@/api/keys";
import type { RunWish, SessionChoice } from "@/api/types";
import { ask, client } from "@/lib/client";

interface Then {
  onSuccess?: () => void;
  onError?: (error: unknown) => void;
}

/**
 * Whatever it came to, the card is looked at again. What follows is done also when the button is gone by then, since
 * the run has changed.
 */
function useDeed<Wish>(key: string, act: (wish: Wish) => Promise<unknown>) {
  const cache = useQueryClient();
  const deed = useMutation({
    mutationFn: act,
    onSettled: () => refreshCards(cache, [key]),
  });
  const { mutateAsync } = deed;
  const mutate = (wish: Wish, then: Then = {}): void => {
    mutateAsync(wish).then(then.onSuccess, then.onError ?? ignore);
  };
  return { ...deed, mutate };
}

/** Where it is shown beside the button. */
const ignore = (): void => undefined;

const of = (id: string) => ({ params: { path: { id } } });

export const useRunCard = (key: string) =>
  useDeed(key, (body: RunWish) => ask(client.POST("/api/cards/{id}/run", { ...of(key), body })));

export const useRetryRun = (key: string) =>
  useDeed(key, (session: SessionChoice | undefined) =>
    ask(client.POST("/api/cards/{id}/retry", { ...of(key), body: { session: session ?? null } })),
  );

export const useApprovePlan = (key: string) =>
  useDeed(key, (_: undefined) => ask(client.POST("/api/cards/{id}/approve-plan", of(key))));

export const useSendBack = (key: string) =>
  useDeed(key, (comments: string) =>
    ask(client.POST("/api/cards/{id}/send-back", { ...of(key), body: { comments } })),
  );

export const useMerge = (key: string) =>
  useDeed(key, (_: undefined) => ask(client.POST("/api/cards/{id}/merge", of(key))));

export const useRebase = (key: string) =>
  useDeed(key, (_: undefined) => ask(client.POST("/api/cards/{id}/rebase", of(key))));

export const useDiscard = (key: string) =>
  useDeed(key, (_: undefined) => ask(client.POST("/api/cards/{id}/discard", of(key))));

export const useUnstick = (key: string) =>
  useDeed(key, (_: undefined) => ask(client.POST("/api/cards/{id}/unstick", of(key))));

export interface LineWish {
  file: string;
  line: number;
  side: "old" | "new";
  text: string;
}

export function useComment(run: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (comment: LineWish) =>
      ask(client.POST("/api/runs/{id}/comments", { ...of(run), body: { comments: [comment] } })),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.runComments(run) }),
  });
}

export function useRemoveComment(run: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (comment: string) =>
      ask(
        client.DELETE("/api/runs/{id}/comments/{comment}", {
          params: { path: { id: run, comment } },
        }),
      ),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.runComments(run) }),
  });
}

export const useSendComments = (key: string, run: string) =>
  useDeed(key, (_: undefined) => ask(client.POST("/api/runs/{id}/comments/send", of(run))));
