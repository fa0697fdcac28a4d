/** Where a path may be cut: what tells it from others stands at its end. Pure. */
const ABSOLUTE = /^(?:~?\/|[A-Za-z]:\\)/;
const LAST_TWO = /(?:[/\\][^/\\]*){2}[/\\]?$/;

/** The part that may be left out and the part that is kept; nothing may be left out of what is no long path. */
export function cutPath(text: string): readonly [string, string] {
  const end = ABSOLUTE.test(text) ? (LAST_TWO.exec(text)?.index ?? 0) : 0;
  return [text.slice(0, end), text.slice(end)];
}
