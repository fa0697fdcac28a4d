/**
 * Text whose every character can be seen: what hides, turns the direction of reading or drives a terminal
 * stands there by its number. What a person approves must be what they read. Pure.
 */

// Controls but for tab and line end, formats (zero width, direction, tags), separators of lines, blank fillers,
// spaces that are none to a shell.
const HIDDEN =
  /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]|(?! )\p{Zs}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u180b|\u180c|\u180d|\u180f|\u2800|\u3164|\uffa0/gu;

export interface Visible {
  text: string;
  /** How many characters could not be seen as they were. */
  hidden: number;
}

const byNumber = (character: string): string =>
  `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;

export function visible(text: string): Visible {
  let hidden = 0;
  const name = (character: string): string => {
    hidden += 1;
    return byNumber(character);
  };
  // A carriage return that only ends a line is nothing to hide behind.
  const shown = text.replaceAll("\r\n", "\n").replace(HIDDEN, name);
  return { text: shown, hidden };
}

/** For where there is no room to count them. */
export const shown = (text: string): string => visible(text).text;
