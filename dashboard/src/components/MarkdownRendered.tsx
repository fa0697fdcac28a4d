/**
 * Markdown from outside: no raw HTML, no images (one could carry data out to its host), and links that say
 * where they lead and give nothing of this page away.
 */
import { IconPhotoOff } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { languageOfName } from "@/lib/languages";
import { Coloration } from "./code/Code";
import classes from "./Markdown.module.css";

function Picture({ alt, src }: { alt?: string | undefined; src?: unknown }) {
  const { t } = useTranslation();
  return (
    <span className={classes.picture} title={typeof src === "string" ? src : undefined}>
      <IconPhotoOff size={14} aria-hidden /> {t("markdown.image", { alt: alt || "?" })}
    </span>
  );
}

const components: Components = {
  img: ({ alt, src }) => <Picture alt={alt} src={src} />,
  a: ({ href, children }) => (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table wider than the page is scrolled with the keyboard
    <div className={classes.wide} tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  code: ({ className, children }) => (
    <code>
      <Coloration
        text={typeof children === "string" ? children : String(children ?? "")}
        language={languageOfName(className?.replace(/^language-/, "") ?? "")}
      />
    </code>
  ),
  pre: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled with the keyboard
    <pre tabIndex={0}>{children}</pre>
  ),
};
// Headings of an answer are not headings of the page.
for (const level of ["h1", "h2", "h3", "h4", "h5", "h6"] as const) {
  components[level] = ({ children }) => <p className={classes.heading}>{children}</p>;
}

function MarkdownRendered({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={[remarkGfm]} components={components}>
      {text}
    </ReactMarkdown>
  );
}

export default memo(MarkdownRendered);
