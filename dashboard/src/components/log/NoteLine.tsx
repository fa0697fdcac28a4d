/** What happened around the words: started, tried again, refused, ended. */
import { useTranslation } from "react-i18next";
import type { NoteRow } from "@/lib/logRows";
import type { Tone } from "@/lib/signs";
import { Shape } from "../Sign";
import { Found } from "./Found";
import classes from "./Log.module.css";
import { useNoteText } from "./noteText";

function toneOf({ event, details }: NoteRow): Tone {
  if (event === "turn.retrying" || event === "turn.note" || event === "session.lost")
    return "waiting";
  if (event === "approval.asked" || event === "turn.waiting" || event === "approval.unattended")
    return "waiting";
  if (event === "approval.decided") return details.decision === "refuse" ? "failed" : "done";
  if (event !== "turn.ended") return "idle";
  return details.state === "answered" ? "done" : details.state === "failed" ? "failed" : "idle";
}

export function NoteLine({ row, needle }: { row: NoteRow; needle: string }) {
  const say = useNoteText();
  const { t } = useTranslation();
  const tone = toneOf(row);
  return (
    <div data-tone={tone} className={classes.note} title={t("log.eventKind", { kind: row.event })}>
      <Shape tone={tone} />
      <span>
        <Found text={say(row)} needle={needle} />
      </span>
    </div>
  );
}
