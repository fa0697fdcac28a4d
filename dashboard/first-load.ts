/** Fails a build whose first load of JavaScript, whatever room comes first, has outgrown its promise. */
import { gzipSync } from "node:zlib";
import type { Logger, Plugin, Rollup } from "vite";
import { ROOM_WORDS } from "./src/lib/roomWords.ts";

export const FIRST_LOAD = 300 * 1024;
const ROOM = /\/src\/routes\/[^/]+\.tsx$/;

/** A chunk and all that it needs before it runs. */
function closure(
  bundle: Rollup.OutputBundle,
  names: readonly string[],
  found = new Map<string, Rollup.OutputChunk>(),
): Map<string, Rollup.OutputChunk> {
  for (const name of names) {
    const chunk = bundle[name];
    if (chunk?.type !== "chunk" || found.has(name)) continue;
    found.set(name, chunk);
    closure(bundle, chunk.imports, found);
  }
  return found;
}

/** The chunks of the words that a room brings, in the page's own language. */
function wordsOf(room: string, chunks: readonly Rollup.OutputChunk[]): string[] {
  const parts: readonly string[] = ROOM_WORDS[room as keyof typeof ROOM_WORDS] ?? [];
  return parts.map((part) => {
    const chunk = chunks.find((each) => each.facadeModuleId?.endsWith(`/locales/en/${part}.json`));
    if (!chunk) throw new Error(`The build holds no words "${part}" for the room "${room}".`);
    return chunk.fileName;
  });
}

/** Compressed bytes by room, the largest first: its code, its words, and what all rooms share. */
export function measureRooms(bundle: Rollup.OutputBundle): [room: string, bytes: number][] {
  const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
  const entries = chunks.filter((chunk) => chunk.isEntry).map((chunk) => chunk.fileName);
  const sizes = new Map(chunks.map(({ fileName, code }) => [fileName, gzipSync(code).length]));
  const weigh = (room: Rollup.OutputChunk) =>
    [...closure(bundle, [...entries, room.fileName, ...wordsOf(room.name, chunks)]).keys()].reduce(
      (sum, name) => sum + (sizes.get(name) ?? 0),
      0,
    );
  return chunks
    .filter((chunk) => chunk.facadeModuleId && ROOM.test(chunk.facadeModuleId))
    .map((chunk): [string, number] => [chunk.name, weigh(chunk)])
    .sort((a, b) => b[1] - a[1]);
}

export function firstLoad(most = FIRST_LOAD): Plugin {
  let log: Logger | undefined;
  return {
    name: "first-load",
    apply: "build",
    configResolved(config) {
      log = config.logger;
    },
    writeBundle(_options, bundle) {
      const rooms = measureRooms(bundle);
      if (rooms.length === 0)
        this.error("No room was found in the build: is src/routes still there?");
      const heavy = rooms.filter(([, bytes]) => bytes > most);
      const say = rooms
        .map(([room, bytes]) => `${room} ${(bytes / 1024).toFixed(0)} kB`)
        .join(", ");
      log?.info(`JavaScript of the first load, compressed: ${say}`);
      if (heavy.length > 0) {
        const limit = `More than ${most / 1024} kB to load at first: ${say}.`;
        this.error(`${limit} Load lazily what is not seen at once.`);
      }
    },
  };
}
