import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";

const FIRST_LOAD = 300 * 1024;
const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Chunk {
  file: string;
  isEntry?: boolean;
  src?: string;
  imports?: string[];
}

let out: string;
let manifest: Record<string, Chunk>;

beforeAll(async () => {
  // The test runner says "test", which would build the libraries' development form.
  process.env.NODE_ENV = "production";
  out = mkdtempSync(join(tmpdir(), "sempre-dashboard-"));
  const options = { outDir: out, emptyOutDir: true };
  await build({ root: ROOT, logLevel: "error", mode: "production", build: options });
  manifest = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
}, 120_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** A chunk and all that it needs before it runs. */
function closure(names: string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    const chunk = manifest[name];
    if (!chunk || found.has(name)) continue;
    found.add(name);
    closure(chunk.imports ?? [], found);
  }
  return found;
}

function read(folder: string, ending: string): string[] {
  const files = readdirSync(join(out, folder), { recursive: true, encoding: "utf8" });
  return files
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(out, folder, name), "utf8"));
}

test.each(["now", "worker", "turn", "failures", "settings"])(
  "the first load of %s is small",
  (room) => {
    const entry = Object.keys(manifest).filter((name) => manifest[name]?.isEntry);
    const route = `src/routes/${room}.tsx`;
    expect(manifest[route], route).toBeDefined();
    const files = [...closure([...entry, route])].map((name) => manifest[name]?.file ?? "");
    const size = files
      .filter((file) => file.endsWith(".js"))
      .reduce((sum, file) => sum + gzipSync(readFileSync(join(out, file))).length, 0);
    expect(size).toBeGreaterThan(50 * 1024);
    expect(size).toBeLessThanOrEqual(FIRST_LOAD);
  },
);

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
