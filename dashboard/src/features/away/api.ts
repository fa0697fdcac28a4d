/** Saying that a person looks, and asking what happened since they last did. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "@/api/keys";
import type { Away } from "@/api/types";
import { ask, client } from "@/lib/client";

const LOOKED_AT = 60_000;

const visit = () => ask(client.POST("/api/visits"));

/** Tells the server, now and each minute while the page is looked at, that somebody is here. */
export function useVisits(): void {
  const cache = useQueryClient();
  useEffect(() => {
    const look = () => {
      if (document.visibilityState !== "visible") return;
      // A lost beat is made good by the next one.
      visit().then(
        ({ away_since }) => cache.setQueryData(keys.awaySince, away_since),
        () => undefined,
      );
    };
    look();
    const timer = setInterval(look, LOOKED_AT);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [cache]);
}

/** What happened meanwhile, as it stood when the visit began: nothing on the first visit, undefined until it is known. */
export function useAway(): Away | null | undefined {
  const { data: since, isError: isUnknown } = useQuery<string | null>({
    queryKey: keys.awaySince,
    queryFn: async () => (await visit()).away_since,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data, isError } = useQuery({
    queryKey: keys.away(since ?? ""),
    queryFn: ({ signal }) => ask(client.GET("/api/away", { params: { query: { since } }, signal })),
    enabled: Boolean(since),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (isUnknown || isError || since === null) return null;
  return since ? data : undefined;
}
