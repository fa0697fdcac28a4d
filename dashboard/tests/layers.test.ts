import { expect, test } from "vitest";
import { importsOf } from "./imports";
import { readSources } from "./sources";

// What stands further right may import what stands further left, never the other way round.
const LAYERS = ["api", "lib", "components", "features", "frame", "routes", "top"];
// The two lowest belong together: live events know the keys of the cache, lists know the client.
const RANK = new Map(LAYERS.map((name, index) => [name, Math.max(index, 1)]));
const TOP_FILES = /^(main|router|theme|css\.d)\.tsx?$/;

const layerOf = (path: string): string =>
  TOP_FILES.test(path) ? "top" : (path.split("/")[0] ?? "");

const edges = readSources().flatMap((source) =>
  importsOf(source).map((to) => ({ from: source.path, to })),
);

test("every file belongs to a layer", () => {
  const strays = readSources().filter(({ path }) => !RANK.has(layerOf(path)));
  expect(strays.map((source) => source.path)).toEqual([]);
  expect(edges.length).toBeGreaterThan(100);
});

test("shared code knows no feature, a feature no route", () => {
  const wrong = edges.filter(
    ({ from, to }) => (RANK.get(layerOf(from)) ?? 0) < (RANK.get(layerOf(to)) ?? 0),
  );
  expect(wrong).toEqual([]);
});

test("a feature sees of another one only what it reads and does", () => {
  const feature = (path: string) => (path.startsWith("features/") ? path.split("/")[1] : undefined);
  const wrong = edges.filter(({ from, to }) => {
    const [own, other] = [feature(from), feature(to)];
    return own && other && own !== other && !to.endsWith("/api");
  });
  expect(wrong).toEqual([]);
});

test("files fit on few screens", () => {
  const long = readSources().filter(({ text }) => text.split("\n").length > 250);
  expect(long.map((source) => source.path)).toEqual([]);
});
