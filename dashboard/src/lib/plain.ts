/** Markdown on one line: its words without its marks. */
export function plain(text: string): string {
  return text
    .replace(/^[#>\s]+|^[-*]\s+/gm, "")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\*\*|__|`+/g, "")
    .replace(/^\s*\|?[-:|\s]+\|?\s*$/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** What is being written, up to its last whole word; letters of scripts that set no spaces stand for themselves. */
export const wholeWords = (text: string): string =>
  text.replace(/[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{M}\p{N}_'’-]+$/u, "");

/** What begins in the middle of a word, from its end on; undefined while that has not come. */
export function fromWholeWord(text: string): string | undefined {
  const end = text.search(/\s/);
  return end < 0 ? undefined : text.slice(end).trimStart();
}

/** The sentence that is being said, of a line that may be long. */
export function lastSentence(line: string): string {
  const sentences = line.split(/(?<=[.!?…])\s+(?=\S)/u);
  return sentences.at(-1) ?? "";
}

/** The end of what was said: the last line that has words. */
export function lastWords(text: string): string {
  const lines = text.split("\n");
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const words = plain(lines[at] ?? "");
    if (words) return words;
  }
  return "";
}
