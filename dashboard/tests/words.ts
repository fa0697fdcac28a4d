/** The dashboard's words of one language, for tests: by file, and flat. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SRC } from "./sources";

type Words = { [key: string]: string | Words };

function flatten(words: Words, prefix = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string" ? [[prefix + key, value]] : flatten(value, `${prefix}${key}.`),
  );
}

/** `frame` and what each part adds, as they stand in the files. */
export function readParts(language: string): Map<string, Map<string, string>> {
  const folder = join(SRC, "locales", language);
  return new Map(
    readdirSync(folder).map((name) => {
      const words = JSON.parse(readFileSync(join(folder, name), "utf8")) as Words;
      return [name.replace(/\.json$/, ""), new Map(flatten(words))];
    }),
  );
}

export const bare = (key: string): string => key.replace(/_(zero|one|two|few|many|other)$/, "");
/** `board.card` belongs to `board`. */
export const area = (key: string): string => key.split(".", 1)[0] ?? "";
