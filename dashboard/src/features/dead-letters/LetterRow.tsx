/** A dead letter on two lines: whose it is, and why it died. */
import { Link } from "@tanstack/react-router";
import type { DeadLetter } from "@/api/types";
import { Shape } from "@/components/Sign";
import { Ago } from "@/components/times";
import { placeOf } from "@/lib/places";
import { plain } from "@/lib/plain";
import classes from "./LetterRow.module.css";

const HEAD = 200;

export function LetterRow({ letter }: { letter: DeadLetter }) {
  return (
    <Link
      to="/turns/$id"
      params={{ id: letter.turn_id }}
      className={classes.row}
      data-row
      data-tone="failed"
    >
      <Shape tone="failed" />
      <span className="one-line">
        <strong className={classes.worker}>{placeOf(letter)}</strong>{" "}
        <span className="meta figure">#{letter.number}</span> {plain(letter.payload.slice(0, HEAD))}
      </span>
      <span className="meta">
        <Ago at={letter.created_at} />
      </span>
      <span className={`meta one-line ${classes.reason}`}>{letter.failure.message}</span>
    </Link>
  );
}
