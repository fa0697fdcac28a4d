/** What the server gives out piece by piece: while it is away, the page waits for it instead of breaking. */
import { type ComponentType, lazy } from "react";
import { stream } from "./live";

interface Server {
  /** Whether it gives an answer, of whatever kind. */
  answers: () => Promise<boolean>;
  /** Ends when it is there again. */
  back: () => Promise<void>;
  /** The page anew: what once failed to come, a browser may not ask for again. */
  reload: () => void;
}

const PAUSE = 500;

const SERVER: Server = {
  answers: () =>
    fetch(import.meta.env.BASE_URL, { method: "HEAD", cache: "no-store" }).then(
      () => true,
      () => false,
    ),
  back: async () => {
    // It may just have gone, which nobody noticed yet.
    await new Promise((done) => setTimeout(done, PAUSE));
    await new Promise<void>((done) => {
      const look = () => {
        if (stream.state().kind !== "live") return;
        stop();
        done();
      };
      const stop = stream.subscribe(look);
      look();
    });
  },
  reload: () => location.reload(),
};

/** A piece that is missing though the server answers is of a page that it no longer has: that is the router's. */
export async function whenServed<Piece>(
  open: () => Promise<Piece>,
  server: Server = SERVER,
): Promise<Piece> {
  try {
    return await open();
  } catch (error) {
    if (await server.answers()) throw error;
    await server.back();
    server.reload();
    return new Promise<never>(() => undefined);
  }
}

/** A part of a room that comes when it is first shown. */
// biome-ignore lint/suspicious/noExplicitAny: a component of whatever properties, as React's own `lazy` takes
export const later = <Part extends ComponentType<any>>(open: () => Promise<{ default: Part }>) =>
  lazy(() => whenServed(open));
