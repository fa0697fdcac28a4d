/** Code, a command, a file's text: every character visible, coloured where the language is known. */
import { Suspense } from "react";
import { later } from "@/lib/served";
import { visible } from "@/lib/visible";
import classes from "./Code.module.css";
import { HiddenWarning } from "./HiddenWarning";

const Coloured = later(() => import("./CodeColoured"));

interface CodeProps {
  text: string;
  language?: string | undefined;
  label: string;
}

/** The text alone, for where a box is there already. */
export function Coloration({ text, language }: { text: string; language?: string | undefined }) {
  if (!language) return text;
  return (
    <Suspense fallback={text}>
      <Coloured text={text} language={language} />
    </Suspense>
  );
}

export function Code({ text, language, label }: CodeProps) {
  const seen = visible(text);
  return (
    <figure className={classes.figure} aria-label={label}>
      <pre
        className={classes.code}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long code is scrolled with the keyboard
        tabIndex={0}
      >
        <code>
          <Coloration text={seen.text} language={language} />
        </code>
      </pre>
      <HiddenWarning count={seen.hidden} />
    </figure>
  );
}
