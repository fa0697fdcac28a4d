import { expect, test } from "vitest";
import { visible } from "../src/lib/visible";

test("what can be seen stays as it is", () => {
  const text = "git push\n\torigin café — ação 日本 🚀";
  expect(visible(text)).toEqual({ text, hidden: 0 });
  expect(visible("a\r\nb").text).toBe("a\nb");
});

test.each([
  ["a direction that turns the words around", "rm \u202Etxt.exe", "rm ⟨U+202E⟩txt.exe"],
  ["a space of no width", "r\u200Bm", "r⟨U+200B⟩m"],
  ["an isolate", "\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"],
  ["tags that spell another command", "ls\u{E0072}\u{E006D}", "ls⟨U+E0072⟩⟨U+E006D⟩"],
  ["a terminal's escape", "ok\u001b[2K\u001b[1Grm", "ok⟨U+001B⟩[2K⟨U+001B⟩[1Grm"],
  ["a carriage return that writes over the line", "rm -rf /\rls", "rm -rf /⟨U+000D⟩ls"],
  ["a backspace", "a\b", "a⟨U+0008⟩"],
  ["a space that is none to a shell", "cd\u00A0/", "cd⟨U+00A0⟩/"],
  ["a soft hyphen", "r\u00ADm", "r⟨U+00AD⟩m"],
  ["a line end of Unicode", "ls\u2028rm", "ls⟨U+2028⟩rm"],
  ["a filler that looks like nothing", "x\u3164y", "x⟨U+3164⟩y"],
  ["a braille blank", "x\u2800y", "x⟨U+2800⟩y"],
])("%s is shown by its number", (_what, text, shown) => {
  expect(visible(text).text).toBe(shown);
  expect(visible(text).hidden).toBeGreaterThan(0);
});
