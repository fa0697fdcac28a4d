/** What holds the turns of a card back: a quota wall, something that a person must mend, a person's pause. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { channelsOptions } from "@/api/channels";
import { keys } from "@/api/keys";
import type { Channel, RunSummary } from "@/api/types";
import { ask, client } from "@/lib/client";
import type { Tone } from "@/lib/signs";

export interface Hold {
  state: "parked" | "paused" | "stopped";
  reason: string | null;
  until: string | null;
  /** Who paused it. */
  by: string | null;
}

/** What a person must act on comes first; what runs under a pause may finish. */
export function holdOf(channel: Channel | undefined): Hold | undefined {
  if (!channel) return undefined;
  const { state, pause, live } = channel;
  const own = { reason: channel.state_reason, until: channel.state_until, by: null };
  if (state === "stopped") return { ...own, state, until: null };
  if (pause && live?.state !== "running") {
    return { state: "paused", reason: pause.reason, until: pause.until, by: pause.by };
  }
  if (state === "parked") return { ...own, state };
  if (live?.state !== "parked") return undefined;
  const reason = live.failure?.message ?? null;
  return { state: "parked", reason, until: live.retry_at, by: null };
}

export const holdTone = ({ state }: Hold): Tone => (state === "stopped" ? "waiting" : "parked");

/** Only a run that is under way can be held back. */
export function useHold(channel: string, run: RunSummary | null): Hold | undefined {
  const { data } = useQuery({
    ...channelsOptions,
    enabled: run?.isActive === true && run.startedAt !== null,
    select: (all) => holdOf(all.find((each) => each.channel === channel)),
  });
  return run?.isActive ? data : undefined;
}

export function useLetGo(channel: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () =>
      ask(client.POST("/api/channels/{channel}/resume", { params: { path: { channel } } })),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.channels }),
  });
}
