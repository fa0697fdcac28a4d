/** How people call where a turn was: a worker by its name, a card by its key. Pure. */
interface Placed {
  worker?: string | null | undefined;
  channel: string;
}

const CARD = /^board:[^/]+\/(.+)$/;

export const placeOf = ({ worker, channel }: Placed): string =>
  worker ?? CARD.exec(channel)?.[1] ?? channel;

/** How many wait behind the turn that a worker is at, which may itself wait. */
export const waitsBehind = (worker: {
  queued: number;
  live?: { state: string } | null | undefined;
}): number => Math.max(0, worker.queued - (worker.live && worker.live.state !== "running" ? 1 : 0));
