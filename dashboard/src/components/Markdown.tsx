/** An agent's words. The renderer comes on its own; until then the words stand as they were written. */
import { Suspense } from "react";
import { later } from "@/lib/served";
import classes from "./Markdown.module.css";

const Rendered = later(() => import("./MarkdownRendered"));

export function Markdown({ text }: { text: string }) {
  return (
    <div className={classes.words}>
      <Suspense fallback={<div className={classes.plain}>{text}</div>}>
        <Rendered text={text} />
      </Suspense>
    </div>
  );
}
