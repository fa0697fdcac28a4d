/** A sentence of the server: what it sets between backticks stands in its own face. */
import classes from "./Said.module.css";

export function Said({ text }: { text: string }) {
  let at = 0;
  return text.split(/`([^`\n]+)`/).map((part, index) => {
    const key = at;
    at += part.length;
    return index % 2 === 1 ? (
      <code key={`${key} code`} className={`mono ${classes.code}`}>
        {part}
      </code>
    ) : (
      part
    );
  });
}
