/** Settings as the server read them, and the ways in and out. */
import { queryOptions, useMutation } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { ask, client, reportSignedIn } from "@/lib/client";

export const settingsOptions = queryOptions({
  queryKey: keys.settings,
  queryFn: ({ signal }) => ask(client.GET("/api/settings", { signal })),
});

export function useLoginLink() {
  return useMutation({ mutationFn: () => ask(client.POST("/api/login-links")) });
}

export function useLogout() {
  return useMutation({
    mutationFn: () => ask(client.POST("/api/logout")),
    onSuccess: () => reportSignedIn(false),
  });
}
