/** Backups and their restore drills; making one and holding a drill. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { ask, client } from "@/lib/client";

export const backupsOptions = queryOptions({
  queryKey: keys.backups,
  queryFn: ({ signal }) => ask(client.GET("/api/backups", { signal })),
});

export function useMakeBackup() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => ask(client.POST("/api/backups")),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.backups }),
  });
}

export function useVerifyBackup() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      ask(client.POST("/api/backups/{name}/verification", { params: { path: { name } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.backups }),
  });
}
