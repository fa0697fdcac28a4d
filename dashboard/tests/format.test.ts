import { expect, test } from "vitest";
import {
  clockTime,
  duration,
  elapsed,
  money,
  percent,
  price,
  relative,
  tokens,
} from "../src/lib/format";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

test("money shows four digits under a dollar and two above", () => {
  expect(money(42_100, "en")).toBe("$0.0421");
  expect(money(12_400_000, "en")).toBe("$12.40");
  expect(money(0, "en")).toBe("$0.00");
  expect(money(999_960, "en")).toBe("$1.00");
  expect(money(1_234_500_000, "en")).toBe("$1,234.50");
  expect(plain(money(42_100, "pt-BR"))).toBe("$ 0,0421");
});

test("a share is said in whole hundredths", () => {
  expect([0, 0.005, 0.8, 1].map((share) => percent(share, "en"))).toEqual([
    "0%",
    "1%",
    "80%",
    "100%",
  ]);
  expect(percent(0.8, "pt-BR")).toBe("80%");
});

test("prices have cents, and more digits only where they need them", () => {
  expect(price(250_000, "en")).toBe("$0.25");
  expect(price(15_000_000, "en")).toBe("$15.00");
  expect(price(37_500, "en")).toBe("$0.0375");
  expect(plain(price(800_000, "pt-BR"))).toBe("$ 0,80");
});

test("tokens are short", () => {
  expect(tokens(950, "en")).toBe("950");
  expect(tokens(12_345, "en")).toBe("12.3k");
  expect(tokens(12_345, "pt-BR")).toBe("12,3k");
  expect(tokens(999_960, "en")).toBe("1M");
});

test("durations are read at a glance", () => {
  expect(duration(420, "en")).toBe("0.4 s");
  expect(duration(420, "pt-BR")).toBe("0,4 s");
  expect(duration(9_970, "en")).toBe("10 s");
  expect(duration(192_000, "en")).toBe("3 m 12 s");
  expect(duration(3_840_000, "en")).toBe("1 h 04 m");
  expect(duration(183_600_000, "en")).toBe("2 d 3 h");
  expect(elapsed(-5)).toBe("0 s");
  expect(elapsed(61_900)).toBe("1 m 01 s");
});

test("times are relative, in the reader's language", () => {
  const now = Date.UTC(2026, 10, 21, 12);
  expect(relative(now - 300_000, now, "en")).toBe("5m ago");
  expect(relative(now - 300_000, now, "pt-BR")).toBe("há 5 min.");
  expect(relative(now + 7_200_000, now, "en")).toBe("in 2h");
  expect(relative(now - 3_000, now, "en")).toBe("now");
});

test("a time of another day names the day", () => {
  const now = new Date(2026, 10, 21, 12).getTime();
  expect(clockTime(new Date(2026, 10, 21, 14, 20).getTime(), now, "en")).toBe("14:20");
  expect(clockTime(new Date(2026, 10, 22, 2, 0).getTime(), now, "en")).toBe("Sun 02:00");
});
