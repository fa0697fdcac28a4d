/** One line of a log: when, what, and what can be done with the line. */
import { IconLink } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { logTime } from "@/lib/format";
import type { HeadRow, Row, WordsRow } from "@/lib/logRows";
import { CopyButton } from "../Copy";
import { Markdown } from "../Markdown";
import { Shape } from "../Sign";
import { Found } from "./Found";
import classes from "./Log.module.css";
import { NoteLine } from "./NoteLine";
import { useRowText } from "./noteText";
import { ToolLine } from "./ToolLine";

export interface LogRowProps {
  row: Row;
  needle: string;
  found: boolean;
  marked: boolean;
  times: boolean;
  running: boolean;
  /** The address of a line, for who wants to send it. */
  linkTo: ((seq: number) => string) | undefined;
}

function LogRowPlain({ row, needle, found, marked, times, running, linkTo }: LogRowProps) {
  const text = useRowText();
  const { t } = useTranslation();
  return (
    <div
      className={classes.row}
      data-marked={marked || undefined}
      data-kind={row.kind}
      data-inside={((row.kind === "tool" || isWords(row)) && row.inside) || undefined}
    >
      {times ? (
        <time className={`mono ${classes.time}`} dateTime={new Date(row.at).toISOString()}>
          {logTime(row.at)}
        </time>
      ) : null}
      <div className={classes.body}>
        {row.kind === "tool" ? (
          <ToolLine row={row} needle={needle} found={found} running={running} />
        ) : row.kind === "note" ? (
          <NoteLine row={row} needle={needle} />
        ) : row.kind === "head" ? (
          <Head row={row} needle={needle} />
        ) : (
          <Words row={row} needle={needle} />
        )}
      </div>
      <div className={classes.rowActions}>
        <CopyButton text={() => text(row)} label={t("log.copyLine")} />
        {linkTo ? (
          <CopyButton
            text={() => linkTo(row.seq)}
            label={t("log.linkLine")}
            icon={<IconLink size={14} />}
          />
        ) : null}
      </div>
    </div>
  );
}

export const LogRow = memo(LogRowPlain);

const isWords = (row: Row): row is WordsRow => row.kind === "text" || row.kind === "thinking";

function Head({ row, needle }: { row: HeadRow; needle: string }) {
  return (
    <div data-tone={row.tone} className={classes.head}>
      <Shape tone={row.tone} />
      <strong>
        <Found text={row.text} needle={needle} />
      </strong>
    </div>
  );
}

function Words({ row, needle }: { row: WordsRow; needle: string }) {
  const { t } = useTranslation();
  if (row.withdrawn) {
    return (
      <div className={classes.withdrawn}>
        <s>{row.text}</s> <span className="meta">{t("log.withdrawn")}</span>
      </div>
    );
  }
  if (row.kind === "thinking") {
    return (
      <div className={classes.thinking}>
        <span className="meta">{t("log.thinking")}</span> <Found text={row.text} needle={needle} />
      </div>
    );
  }
  // Marks cannot be set into rendered Markdown: while searching, a line that matches shows its source.
  if (needle && row.text.toLowerCase().includes(needle.toLowerCase())) {
    return (
      <div className={classes.source}>
        <Found text={row.text} needle={needle} />
      </div>
    );
  }
  return <Markdown text={row.text} />;
}
