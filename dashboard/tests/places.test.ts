import { expect, test } from "vitest";
import { cutPath } from "../src/lib/paths";
import { placeOf, waitsBehind } from "../src/lib/places";

test("a path keeps its last two parts", () => {
  expect(cutPath("/home/ana/loja/home/.queue/coder")).toEqual([
    "/home/ana/loja/home",
    "/.queue/coder",
  ]);
  expect(cutPath("/home/ana/.queue/coder/")).toEqual(["/home/ana", "/.queue/coder/"]);
  expect(cutPath("C:\\Users\\ana\\.queue\\coder")).toEqual(["C:\\Users\\ana", "\\.queue\\coder"]);
  expect(cutPath("~/home/.queue/coder")).toEqual(["~/home", "/.queue/coder"]);
});

test("what is no path, or a short one, is not cut", () => {
  for (const text of ["01a2-77", "sempre up --home /a/b/c", "specs/a/b.md", "/tmp", ""]) {
    expect(cutPath(text)).toEqual(["", text]);
  }
});

test("a turn is called by its worker, or by the key of its card", () => {
  expect(placeOf({ worker: "coder", channel: "files:coder" })).toBe("coder");
  expect(placeOf({ worker: null, channel: "board:shop/SHOP-1" })).toBe("SHOP-1");
  expect(placeOf({ channel: "api:crm" })).toBe("api:crm");
});

test("the turn that a worker is at does not wait behind itself", () => {
  expect(waitsBehind({ queued: 2, live: { state: "waiting" } })).toBe(1);
  expect(waitsBehind({ queued: 2, live: { state: "running" } })).toBe(2);
  expect(waitsBehind({ queued: 2, live: null })).toBe(2);
  expect(waitsBehind({ queued: 0, live: { state: "parked" } })).toBe(0);
});
