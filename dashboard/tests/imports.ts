/** Which source imports which, for tests that look at the shape of the whole. */
import { dirname, join } from "node:path/posix";
import { readSources, type Source } from "./sources";

/** Paths relative to `src/`, without their ending, of everything of our own that a file imports. */
export function importsOf({ path, text }: Source): string[] {
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
  return found
    .filter((name) => name.startsWith("@/") || name.startsWith("."))
    .filter((name) => !name.endsWith(".css") && !name.endsWith(".json"))
    .map((name) => (name.startsWith("@/") ? name.slice(2) : join(dirname(path), name)));
}

const sources = new Map(readSources().map((each) => [each.path.replace(/\.tsx?$/, ""), each]));

/** Everything that a file may bring to the screen, itself included; `without` is not looked behind. */
export function reachOf(path: string, without: (path: string) => boolean): Source[] {
  const seen = new Map<string, Source>();
  const open = [path];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const source = sources.get(name);
    if (!source || seen.has(name)) continue;
    seen.set(name, source);
    open.push(...importsOf(source).filter((each) => !without(each)));
  }
  return [...seen.values()];
}
