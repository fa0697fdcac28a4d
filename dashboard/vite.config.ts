import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { firstLoad } from "./first-load.ts";

const SERVER = process.env.SEMPRE_DASHBOARD_API ?? "http://127.0.0.1:8377";

export default defineConfig({
  base: "/dashboard/",
  plugins: [react(), firstLoad()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: "../src/sempre/web",
    emptyOutDir: true,
    target: "es2023",
    // No data: addresses: the Content-Security-Policy lets fonts come from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
    rolldownOptions: {
      output: {
        // What every room needs comes as one file, and what many need as another: asking for a hundred
        // small ones takes longer than reading what a room has no use for.
        codeSplitting: {
          groups: [
            { name: "frame", tags: ["$initial"], priority: 1 },
            { name: "rooms", minShareCount: 4 },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": SERVER, "/login": SERVER } },
  test: { include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"], environment: "node" },
});
