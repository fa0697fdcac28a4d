/**
 * Reading again what a change made stale. A first read that is under way when the change is told may have been
 * answered before it, and the cache takes that answer for fresh: so another read follows it.
 */
import type { Query, QueryClient, QueryFilters } from "@tanstack/react-query";

const followed = new WeakSet<Query>();

export function readAgain(cache: QueryClient, filters: QueryFilters): void {
  for (const query of cache.getQueryCache().findAll(filters)) {
    if (query.state.data === undefined) follow(cache, query);
  }
  void cache.invalidateQueries(filters);
}

function follow(cache: QueryClient, query: Query): void {
  if (followed.has(query) || query.promise === undefined) return;
  followed.add(query);
  void query.promise
    .then(() => cache.invalidateQueries({ queryKey: query.queryKey, exact: true }))
    .catch(() => undefined)
    .finally(() => followed.delete(query));
}
