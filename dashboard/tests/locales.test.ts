import { expect, test } from "vitest";
import { readSources } from "./sources";
import { area, bare, readParts } from "./words";

const parts = readParts("en");
const english = new Map([...parts.values()].flatMap((part) => [...part]));
const portuguese = new Map([...readParts("pt-BR").values()].flatMap((part) => [...part]));

test("both languages say the same things, in the same files", () => {
  const keys = (language: string) =>
    [...readParts(language)].map(([part, words]) => [part, [...words.keys()].sort()]);
  expect(keys("pt-BR")).toEqual(keys("en"));
  expect(english.size).toBeGreaterThan(150);
});

test("what belongs together stands in one file", () => {
  const areas = [...parts].flatMap(([part, words]) =>
    [...new Set([...words.keys()].map(area))].map((each) => [each, part] as const),
  );
  expect(areas.map(([each]) => each).sort()).toEqual([...new Map(areas).keys()].sort());
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
