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

/** The end of what was said: the last line that has words. */
export function lastWords(text: string): string {
  const lines = text.split("\n");
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const words = plain(lines[at] ?? "");
    if (words) return words;
  }
  return "";
}
