import i18next from "i18next";
import { renderToStaticMarkup } from "react-dom/server";
import { initReactI18next } from "react-i18next";
import { beforeAll, expect, test } from "vitest";
import MarkdownRendered from "../src/components/MarkdownRendered";
import en from "../src/locales/en.json";

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: "en", resources: { en: { translation: en } } });
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
