import { expect, test } from "vitest";
import { ROOM_WORDS } from "../src/lib/roomWords";
import { reachOf } from "./imports";
import { readSources } from "./sources";
import { area, bare, readParts } from "./words";

const parts = readParts("en");
const partOf = new Map(
  [...parts].flatMap(([part, words]) => [...words.keys()].map((key) => [area(key), part] as const)),
);
const plain = new Set(
  [...parts.values()]
    .flatMap((words) => [...words.keys()].map(bare))
    .filter((key) => !key.includes(".")),
);

/** The parts whose words a file says, by what stands in it as text. */
function partsSaid(text: string): string[] {
  const dotted = [...text.matchAll(/["'`]([a-zA-Z]+)\.[a-zA-Z$][^"'`\s]*["'`]/g)];
  const alone = [...text.matchAll(/\bt\("([a-zA-Z]+)"\)/g)].filter(([, key]) =>
    plain.has(key ?? ""),
  );
  return [...dotted, ...alone].flatMap(([, key]) => partOf.get(key ?? "") ?? []);
}

const isRoom = (path: string) => path.startsWith("routes/");
const said = (path: string) =>
  new Set(reachOf(path, isRoom).flatMap(({ text }) => partsSaid(text)));

test("the frame says only words that are always there", () => {
  expect([...said("main")]).toEqual(["frame"]);
});

test("a room brings the words that it says, and no others", () => {
  const rooms = readSources().flatMap(({ path }) => /^routes\/(\w+)\.tsx$/.exec(path)?.[1] ?? []);
  expect(rooms.sort()).toEqual(Object.keys(ROOM_WORDS).sort());
  for (const [room, brought] of Object.entries(ROOM_WORDS)) {
    const wanted = [...said(`routes/${room}`)].filter((part) => part !== "frame");
    expect(wanted.sort(), room).toEqual([...brought].sort());
  }
});

test("each room is opened with its own words", () => {
  const router = readSources().find(({ path }) => path === "router.tsx");
  const opened = [...(router?.text ?? "").matchAll(/import\("@\/routes\/(\w+)"\)/g)];
  const named = [
    ...(router?.text ?? "").matchAll(/lazily\("(\w+)", \(\) =>\s*import\("@\/routes\/(\w+)"\)/g),
  ];
  expect(named.length).toBe(opened.length);
  for (const [, words, room] of named) expect(words).toBe(room);
});
