/** Code in colours; comes on its own, after the plain text. */
import { memo } from "react";
import { highlight } from "./highlight";

function CodeColoured({ text, language }: { text: string; language: string }) {
  return highlight(text, language);
}

export default memo(CodeColoured);
