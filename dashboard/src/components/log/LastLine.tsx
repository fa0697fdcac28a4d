/** The last line of a running turn's log, as it is written. */
import { useTranslation } from "react-i18next";
import { lastLine, type Row, toolHead } from "@/lib/logRows";
import { lastWords } from "@/lib/plain";
import { useTurnLog } from "@/lib/turnLogs";
import classes from "./LastLine.module.css";
import { useNoteText } from "./noteText";

export function LastLine({ turnId }: { turnId: string }) {
  const { t } = useTranslation();
  const say = useNoteText();
  const { rows } = useTurnLog(turnId);
  const words = (row: Row | undefined): string => {
    if (!row) return t("log.starting");
    if (row.kind === "note") return say(row);
    if (row.kind === "tool") return `${row.tool}: ${toolHead(row.input)}`;
    return lastWords(row.text);
  };
  const row = lastLine(rows);
  return (
    <span className={`one-line ${classes.line}`} data-kind={row?.kind}>
      {words(row)}
    </span>
  );
}
