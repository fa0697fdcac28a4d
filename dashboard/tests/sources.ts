/** The dashboard's own sources, for tests that read them. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const SRC = fileURLToPath(new URL("../src", import.meta.url));

export interface Source {
  /** Relative to `src/`, with forward slashes. */
  path: string;
  text: string;
}

export function readSources(): Source[] {
  return readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.includes(".gen."),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({
      path: relative(SRC, path).replaceAll("\\", "/"),
      text: readFileSync(path, "utf8"),
    }));
}
