import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FIRST_LOAD, firstLoad, measureRooms } from "../first-load";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

let out: string;
let bundle: Rollup.OutputBundle;

beforeAll(async () => {
  // The test runner says "test", which would build the libraries' development form.
  process.env.NODE_ENV = "production";
  out = mkdtempSync(join(tmpdir(), "sempre-dashboard-"));
  const options = { outDir: out, emptyOutDir: true };
  const built = await build({ root: ROOT, logLevel: "error", mode: "production", build: options });
  const { output } = built as Rollup.RollupOutput;
  bundle = Object.fromEntries(output.map((each) => [each.fileName, each]));
}, 120_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

function read(folder: string, ending: string): string[] {
  const files = readdirSync(join(out, folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(out, folder, name), "utf8"));
}

test("the first load of every room is small", () => {
  const rooms = measureRooms(bundle);
  expect(rooms.map(([room]) => room)).toEqual(
    expect.arrayContaining(["now", "worker", "turn", "failures", "settings"]),
  );
  for (const [room, bytes] of rooms) {
    expect(bytes, room).toBeGreaterThan(50 * 1024);
    expect(bytes, room).toBeLessThanOrEqual(FIRST_LOAD);
  }
});

test("a build that has outgrown its promise fails", () => {
  const write = firstLoad(100 * 1024).writeBundle as (
    this: { error: (message: string) => never },
    options: unknown,
    bundle: Rollup.OutputBundle,
  ) => void;
  const context = {
    error: (message: string) => {
      throw new Error(message);
    },
  };
  expect(() => write.call(context, {}, bundle)).toThrow(/More than 100 kB .* turn \d+ kB/);
});

test("the page asks for nothing that its Content-Security-Policy forbids", () => {
  const page = readFileSync(join(out, "index.html"), "utf8");
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/);
  expect(page).not.toMatch(/(?:src|href)="(?!\/dashboard\/)/);
  for (const css of read(".", ".css")) expect(css).not.toMatch(/url\(["']?(?:data:font|https?:)/);
  for (const script of read(".", ".js")) expect(script).not.toMatch(/\bnew Function\(|\beval\(/);
});

test("fonts are shipped with the page", () => {
  const fonts = readdirSync(join(out, "assets")).filter((name) => name.endsWith(".woff2"));
  expect(fonts.some((name) => name.startsWith("inter"))).toBe(true);
  expect(fonts.some((name) => name.startsWith("jetbrains"))).toBe(true);
  expect(existsSync(join(out, "appearance.js"))).toBe(true);
});
