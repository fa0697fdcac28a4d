/** Calls that wait for a person: reading them, and deciding one. */
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { Approval, Decision } from "@/api/types";
import { ask, client, isUnreachable } from "@/lib/client";
import { isOpen } from "./queue";

const get = (id: string, signal?: AbortSignal) =>
  ask(client.GET("/api/approvals/{id}", { params: { path: { id } }, signal }));

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
    queryFn: ({ signal }) => get(id, signal),
  });

export interface Decided {
  decision: Decision;
  input?: Record<string, unknown>;
  reason?: string;
}

/** The server is there, and the decision never came to it. */
export class NotArrivedError extends Error {}

const isThis = (approval: Approval, { decision, input }: Decided): boolean =>
  approval.decision === decision &&
  JSON.stringify(approval.changed_input ?? null) === JSON.stringify(input ?? null);

const send = (id: string, { decision, input, reason }: Decided) =>
  ask(
    client.POST("/api/approvals/{id}/decision", {
      params: { path: { id } },
      body: { decision, input: (input as never) ?? null, reason: reason ?? null },
    }),
  );

/** Where no answer came, the server is asked what it has: the decision may have reached it. */
async function decide(id: string, decided: Decided): Promise<Approval> {
  try {
    return await send(id, decided);
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    const found = await get(id);
    if (isOpen(found)) throw new NotArrivedError();
    // Somebody else's is told in the server's own words.
    return isThis(found, decided) ? found : await send(id, decided);
  }
}

/** `onDecided` and `onTrouble` are told although what asked for it leaves the page with the decision. */
export function useDecide(id: string, onDecided: () => void, onTrouble: (error: unknown) => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (decided: Decided) => decide(id, decided),
    onSuccess: (approval) => {
      // It leaves the list at once: the room goes on with the next one, not with this.
      cache.setQueryData(openApprovalsOptions.queryKey, (open) =>
        open?.filter((each) => each.id !== id),
      );
      onDecided();
      cache.setQueryData(keys.approval(id), approval);
    },
    onError: onTrouble,
    onSettled: (_, error) => {
      void cache.invalidateQueries({ queryKey: keys.status });
      const read = cache.invalidateQueries({ queryKey: keys.approvals });
      // What went wrong is said at once, also where reading takes long because nobody answers.
      return error ? undefined : read;
    },
  });
}
