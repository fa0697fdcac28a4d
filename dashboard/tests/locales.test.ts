import { expect, test } from "vitest";
import en from "../src/locales/en.json";
import pt from "../src/locales/pt-BR.json";
import { readSources } from "./sources";

type Words = { [key: string]: string | Words };

function flatten(words: Words, prefix = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "string" ? [[prefix + key, value]] : flatten(value, `${prefix}${key}.`),
  );
}

const bare = (key: string): string => key.replace(/_(zero|one|two|few|many|other)$/, "");
const english = new Map(flatten(en));
const portuguese = new Map(flatten(pt));

test("both languages say the same things", () => {
  expect([...portuguese.keys()].sort()).toEqual([...english.keys()].sort());
  expect(english.size).toBeGreaterThan(150);
});

test("both languages fill in the same values", () => {
  const values = (text = "") => [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1]).sort();
  for (const [key, text] of english) expect(values(portuguese.get(key)), key).toEqual(values(text));
});

test("nothing is left untranslated", () => {
  // The same word in both languages, or nothing but values.
  const same = new Set([
    "log.title",
    "event.usage",
    "turn.prompt",
    "turn.worker",
    "session.tokens",
    "turn.tokens",
  ]);
  const untranslated = [...english].filter(
    ([key, text]) => portuguese.get(key) === text && text.length > 8 && !same.has(key),
  );
  expect(untranslated).toEqual([]);
});

test("nothing is written that nobody says", () => {
  const text = readSources()
    .map((source) => source.text)
    .join("\n");
  const said = new Set(
    [...text.matchAll(/["'`]([a-zA-Z]+(?:\.[a-zA-Z_]+)*)["'`]/g)].map((match) => match[1]),
  );
  // t(`turnState.${state}`) says all of turnState.
  const prefixes = [...text.matchAll(/`([a-zA-Z]+(?:\.[a-zA-Z_]+)*\.)\$\{/g)].map(
    (match) => match[1] ?? "",
  );
  const unused = [...english.keys()].filter(
    (key) => !said.has(bare(key)) && !prefixes.some((prefix) => key.startsWith(prefix)),
  );
  expect(unused).toEqual([]);
});
