/** The last line of a running turn's log, as it is written. */
import { useTranslation } from "react-i18next";
import { useLiveLine } from "@/lib/liveLines";
import type { Row } from "@/lib/logRows";
import { lastSentence, lastWords } from "@/lib/plain";
import { lastLine, toolHead } from "@/lib/rowText";
import { useTurnLog } from "@/lib/turnLogs";
import { stripAnsi } from "./Ansi";
import classes from "./LastLine.module.css";
import { useNoteText } from "./noteText";

export function LastLine({ turnId }: { turnId: string }) {
  const { t } = useTranslation();
  const { rows } = useTurnLog(turnId);
  return <Line row={lastLine(rows)} otherwise={t("log.starting")} />;
}

/** Of whatever runs on a channel; until something new is said, what was said before. */
export function LiveLine({ channel, before }: { channel: string; before: string }) {
  return <Line row={useLiveLine(channel)} otherwise={lastSentence(lastWords(before))} />;
}

function Line({ row, otherwise }: { row: Row | undefined; otherwise: string }) {
  const say = useNoteText();
  const words = (): string => {
    if (!row) return otherwise;
    if (row.kind === "note") return say(row);
    if (row.kind === "tool") {
      const written = row.output ? lastWords(stripAnsi(row.output)) : "";
      return written || `${row.tool}: ${toolHead(row.input)}`;
    }
    return row.kind === "head" ? row.text : lastSentence(lastWords(stripAnsi(row.text)));
  };
  return (
    <span className={`one-line ${classes.line}`} data-kind={row?.kind}>
      {words()}
    </span>
  );
}
