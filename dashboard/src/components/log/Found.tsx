/** Text with what is searched for marked in it. */
export function Found({ text, needle }: { text: string; needle: string }) {
  if (!needle) return text;
  return split(text, needle).map((piece, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never move
      <mark key={index}>{piece}</mark>
    ) : (
      piece
    ),
  );
}

/** Every second piece is a match, as it was written. */
export function split(text: string, needle: string): string[] {
  const [low, find] = [text.toLowerCase(), needle.toLowerCase()];
  const pieces: string[] = [];
  let from = 0;
  for (let at = low.indexOf(find); at >= 0; at = low.indexOf(find, from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + find.length));
    from = at + find.length;
  }
  return [...pieces, text.slice(from)];
}
