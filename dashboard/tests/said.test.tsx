import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { Said } from "../src/components/Said";

const drawn = (text: string) =>
  renderToStaticMarkup(<Said text={text} />).replaceAll(/<code class="[^"]*">/g, "<code>");

test("commands between backticks stand in their own face", () => {
  expect(drawn("Run `sempre up`, then `sempre status`.")).toBe(
    "Run <code>sempre up</code>, then <code>sempre status</code>.",
  );
  expect(drawn("`a``a`")).toBe("<code>a</code><code>a</code>");
});

test("a single backtick, and what looks like HTML, stay as they are", () => {
  expect(drawn("it`s <b>bold</b>")).toBe("it`s &lt;b&gt;bold&lt;/b&gt;");
});
