import { expect, test } from "vitest";
import type { AuditEntry, Budget, Finding, PolicyRule, Price, Setting } from "../src/api/types";
import { summary } from "../src/features/audit/summary";
import { size } from "../src/features/backups/sizes";
import {
  draftOf as budgetDraft,
  wishOf as budgetWish,
  changeOf,
} from "../src/features/budgets/limits";
import { worstFirst } from "../src/features/doctor/levels";
import * as rules from "../src/features/policy/rules";
import { inputOf } from "../src/features/policy/testing";
import { draftOf as priceDraft, wishOf as priceWish } from "../src/features/prices/rates";
import { sectionOf, sectionsOf, workerOf } from "../src/features/settings/sections";
import { expiryOf, isName, scopesUpTo } from "../src/features/tokens/wish";

test("a budget's draft is sent as it was, and empty is no limit", () => {
  const budget = { micros: 12_340_000, tokens: null, warn_percent: 75 } as Budget;
  expect(budgetWish(budgetDraft(budget))).toEqual({
    micros: 12_340_000,
    tokens: null,
    warn_percent: 75,
  });
  expect(budgetWish({ dollars: 0.1, tokens: 5, warn: "" }).micros).toBe(100_000);
  expect(budgetWish({ dollars: 0, tokens: "", warn: 80 }).micros).toBe(0);
});

test("no limit is more than any", () => {
  expect(changeOf({ micros: 5 }, { micros: 6 })).toBe("raised");
  expect(changeOf({ micros: 5 }, { micros: null })).toBe("raised");
  expect(changeOf({ micros: null }, { micros: 5 })).toBe("lowered");
  expect(changeOf({ micros: 5, tokens: 5 }, { micros: 4, tokens: 6 })).toBe("both");
  expect(changeOf({ micros: 5, tokens: null }, { micros: 5 })).toBe("same");
});

test("a price needs every rate, and free is said", () => {
  const price: Price = {
    model: "m",
    own: false,
    input: 3_000_000,
    output: 15_000_000,
    cache_read: 300_000,
    cache_write: 3_750_000,
    cache_write_hour: 0,
  };
  const { model: _model, own: _own, ...wish } = price;
  expect(priceWish(priceDraft(price))).toEqual(wish);
  expect(priceWish({ ...priceDraft(price), output: "" })).toBeUndefined();
  expect(priceWish(priceDraft(undefined))).toBeUndefined();
});

test("a token may what its scope says and those before it", () => {
  expect(scopesUpTo("read")).toEqual(["read"]);
  expect(scopesUpTo("approve")).toEqual(["read", "operate", "approve"]);
  expect(expiryOf("7", Date.parse("2026-01-01T00:00:00Z"))).toBe("2026-01-08T00:00:00.000Z");
  expect(expiryOf("forever", 0)).toBeNull();
  expect(["ci", "My phone 2", "a.b-c_d"].every(isName)).toBe(true);
  expect(["", " ci", "ação", "x".repeat(65), "a\nb"].some(isName)).toBe(false);
});

test("rules move, change in their place, and know when nothing changed", () => {
  const rule = (id: string): PolicyRule => ({
    ...rules.sentOf([rules.emptyRule(id)])[0],
    id,
    verdict: "ask",
    channel: "",
    tool: "",
    command: id,
    path: "",
    risk: null,
    note: "",
  });
  const draft = rules.draftOf([rule("a"), rule("b"), rule("c")]);
  const ids = (list: rules.DraftRule[]) => list.map((each) => each.id).join("");
  expect(ids(rules.moved(draft, 2, -1))).toBe("acb");
  expect(ids(rules.moved(draft, 0, -1))).toBe("abc");
  expect(ids(rules.moved(draft, 2, 1))).toBe("abc");
  expect(rules.isSame(draft, rules.draftOf([rule("a"), rule("b"), rule("c")]))).toBe(true);
  expect(rules.isSame(draft, rules.moved(draft, 0, 1))).toBe(false);
  const added = rules.put(draft, rules.emptyRule("new"));
  expect(added).toHaveLength(4);
  expect(rules.sentOf(added).at(-1)).not.toHaveProperty("key");
  const first = draft[0] ?? rules.emptyRule("");
  expect(rules.put(draft, { ...first, verdict: "deny" }).map((each) => each.verdict)).toEqual([
    "deny",
    "ask",
    "ask",
  ]);
});

test("a rule that allows everything is known as one", () => {
  const open = { ...rules.emptyRule("x"), verdict: "allow" as const };
  expect(rules.allowsAll(open)).toBe(true);
  expect(rules.allowsAll({ ...open, tool: "  " })).toBe(true);
  expect(rules.allowsAll({ ...open, tool: "Read" })).toBe(false);
  expect(rules.allowsAll({ ...open, risk: "low" })).toBe(false);
});

test("a call to try is a command, or a JSON object", () => {
  expect(inputOf("Bash", "git push")).toEqual({ command: "git push" });
  expect(inputOf("Read", '{"file_path": "a"}')).toEqual({ file_path: "a" });
  for (const wrong of ["", "  ", "[1]", "null", "7", "{"])
    expect(inputOf("Read", wrong)).toBeUndefined();
});

test("the worst is found first, the rest stays in order", () => {
  const found = (["ok", "warning", "problem", "note", "warning"] as const).map(
    (level, index): Finding => ({ level, check: String(index), message: "", remedy: null }),
  );
  expect(worstFirst(found).map((each) => each.check)).toEqual(["2", "1", "4", "3", "0"]);
});

test("bytes and records are said shortly", () => {
  expect([0, 999, 1500, 12_345_678, 5e13].map((bytes) => size(bytes, "en"))).toEqual([
    "0 B",
    "999 B",
    "1.5 kB",
    "12 MB",
    "50 TB",
  ]);
  const details = { tool: "Bash", answer: "deny", rule: "always:rm", ok: true };
  const entry = { channel: "files:a", details } as unknown as AuditEntry;
  expect(summary(entry)).toBe("files:a · Bash · deny · always:rm");
});

test("settings stand in the sections of the file, and those that are not looked for are left out", () => {
  const setting = (name: string, value: unknown, usual: unknown = value): Setting =>
    ({ name, value, default: usual, description: `What ${name} does.` }) as Setting;
  const settings = [
    setting("server.port", 8377),
    setting("server.language", "pt-BR", "en"),
    setting("alerts.webhook_url", "", null),
    setting("rules", []),
    setting("workers.coder.tools", ["Read"], []),
  ];
  const all = sectionsOf(settings, { words: "", changedOnly: false });
  expect(all.map(({ name, settings: own, changed }) => [name, own.length, changed])).toEqual([
    ["server", 2, 1],
    ["alerts", 1, 0],
    ["rules", 1, 0],
    ["workers.coder", 1, 1],
  ]);
  const found = sectionsOf(settings, { words: " WEBHOOK", changedOnly: false });
  expect(found.map(({ name }) => name)).toEqual(["alerts"]);
  const changed = sectionsOf(settings, { words: "", changedOnly: true });
  expect(changed.map(({ name }) => name)).toEqual(["server", "workers.coder"]);
  expect(sectionsOf(settings, { words: "webhook", changedOnly: true })).toEqual([]);
  expect([sectionOf("rules"), workerOf("workers.coder"), workerOf("server")]).toEqual([
    "rules",
    "coder",
    undefined,
  ]);
});
