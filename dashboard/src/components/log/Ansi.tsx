/** Text as a terminal would show it: colours and weights, never control sequences. */
import Anser from "anser";
import { memo } from "react";
import classes from "./Ansi.module.css";

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const ESCAPE = /\u001b/;

function Pieces({ text }: { text: string }) {
  if (!ESCAPE.test(text)) return text;
  const pieces = Anser.ansiToJson(text, { use_classes: true, remove_empty: true });
  return pieces.map((piece, index) => (
    <span
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never move
      key={index}
      className={[piece.fg, piece.bg && `${piece.bg}-bg`, ...(piece.decorations ?? [])]
        .map((name) => (name ? classes[name] : undefined))
        .filter(Boolean)
        .join(" ")}
    >
      {piece.content}
    </span>
  ));
}

export const Ansi = memo(Pieces);

export function stripAnsi(text: string): string {
  return ESCAPE.test(text) ? Anser.ansiToText(text) : text;
}
