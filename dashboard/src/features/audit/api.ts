/** The audit trail, page by page; checking it; taking it along. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { AuditPage } from "@/api/types";
import type { AuditSearch } from "@/lib/addresses";
import { ask, client } from "@/lib/client";

export const auditOptions = (filter: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: keys.auditPage(filter),
    queryFn: ({ pageParam, signal }) =>
      ask(
        client.GET("/api/audit", {
          params: { query: { ...filter, before: pageParam ?? undefined, limit: 100 } },
          signal,
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page: AuditPage) => page.next,
  });

/** It reads everything: asked for by a person only. */
export const verificationOptions = queryOptions({
  queryKey: keys.auditVerification,
  queryFn: ({ signal }) => ask(client.GET("/api/audit/verification", { signal })),
  enabled: false,
  staleTime: Number.POSITIVE_INFINITY,
});

export function exportHref(filter: AuditSearch): string {
  const query = new URLSearchParams(
    Object.entries(filter).filter((pair): pair is [string, string] => Boolean(pair[1])),
  );
  return `/api/audit/export?${query}`;
}
