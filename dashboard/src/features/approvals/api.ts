/** Calls that wait for a person: reading them, and deciding one. */
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { Decision } from "@/api/types";
import { ask, client } from "@/lib/client";

const PAGE_SIZE = 50;
/** As many as the server gives at once. */
const OPEN = 200;

/** The oldest first: whoever waits longest is decided first. */
export const openApprovalsOptions = queryOptions({
  queryKey: keys.openApprovals,
  queryFn: async ({ signal }) => {
    const query = { state: "open" as const, limit: OPEN };
    const page = await ask(client.GET("/api/approvals", { params: { query }, signal }));
    return page.items.toReversed();
  },
});

export const decidedApprovalsOptions = infiniteQueryOptions({
  queryKey: keys.decidedApprovals,
  queryFn: ({ pageParam, signal }) =>
    ask(
      client.GET("/api/approvals", {
        params: { query: { state: "closed", before: pageParam ?? undefined, limit: PAGE_SIZE } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next ?? null,
});

export const turnApprovalsOptions = (turnId: string) =>
  queryOptions({
    queryKey: keys.approvalsOfTurn(turnId),
    queryFn: async ({ signal }) => {
      const query = { state: "open" as const, turn_id: turnId };
      const page = await ask(client.GET("/api/approvals", { params: { query }, signal }));
      return page.items.toReversed();
    },
  });

export const approvalOptions = (id: string) =>
  queryOptions({
    queryKey: keys.approval(id),
    queryFn: ({ signal }) =>
      ask(client.GET("/api/approvals/{id}", { params: { path: { id } }, signal })),
  });

export interface Decided {
  decision: Decision;
  input?: Record<string, unknown>;
  reason?: string;
}

/** `onDecided` is told although what asked for it leaves the page with the decision. */
export function useDecide(id: string, onDecided: () => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ decision, input, reason }: Decided) =>
      ask(
        client.POST("/api/approvals/{id}/decision", {
          params: { path: { id } },
          body: { decision, input: (input as never) ?? null, reason: reason ?? null },
        }),
      ),
    onSuccess: (approval) => {
      // It leaves the list at once: the room goes on with the next one, not with this.
      cache.setQueryData(openApprovalsOptions.queryKey, (open) =>
        open?.filter((each) => each.id !== id),
      );
      onDecided();
      cache.setQueryData(keys.approval(id), approval);
    },
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.status });
      return cache.invalidateQueries({ queryKey: keys.approvals });
    },
  });
}
