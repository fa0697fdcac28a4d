/** A tool call, folded to one line; errors and refusals stand open. */
import { IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ToolRow, textOf } from "@/lib/logRows";
import { toolHead } from "@/lib/rowText";
import type { Tone } from "@/lib/signs";
import { ToolInput } from "../code/ToolInput";
import { Money } from "../figures";
import { Shape } from "../Sign";
import { Milliseconds } from "../times";
import { Ansi } from "./Ansi";
import { Found } from "./Found";
import classes from "./Log.module.css";

function toneOf(row: ToolRow, running: boolean): Tone {
  if (row.refused) return "waiting";
  if (row.result) return row.result.ok ? "done" : "failed";
  return running ? "running" : "idle";
}

export interface ToolLineProps {
  row: ToolRow;
  needle: string;
  found: boolean;
  running: boolean;
}

export function ToolLine({ row, needle, found, running }: ToolLineProps) {
  const { t } = useTranslation();
  const tone = toneOf(row, running);
  const [chosen, setChosen] = useState<boolean>();
  // What a command writes is watched as it comes.
  const writes = tone === "running" && row.output !== undefined;
  const open = chosen ?? (found || writes || tone === "failed" || tone === "waiting");
  return (
    <div data-tone={tone} className={classes.tool}>
      <button
        type="button"
        className={classes.toolHead}
        aria-expanded={open}
        onClick={() => setChosen(!open)}
      >
        <IconChevronRight size={14} className={classes.chevron} aria-hidden />
        <Shape tone={tone} />
        <span className={classes.toolName}>{row.tool || t("log.tool")}</span>
        <span className={`mono one-line ${classes.toolInput}`}>
          <Found text={toolHead(row.input)} needle={needle} />
        </span>
        <span className={`meta ${classes.toolEnd}`}>
          {row.refused ? t("log.refused") : null}
          {row.result?.durationMs != null ? <Milliseconds value={row.result.durationMs} /> : null}
        </span>
      </button>
      {open ? <ToolDetails row={row} needle={needle} /> : null}
    </div>
  );
}

function ToolDetails({ row, needle }: { row: ToolRow; needle: string }) {
  const { t } = useTranslation();
  const output = row.result?.output ?? row.output;
  return (
    <div className={classes.toolBody}>
      <p className="meta">{t("log.input")}</p>
      {needle ? (
        <Output>
          <Found text={textOf(row.input)} needle={needle} />
        </Output>
      ) : (
        <ToolInput tool={row.tool} input={row.input} />
      )}
      {row.refused ? (
        <p className={classes.refusal}>
          {row.refused.reason}{" "}
          <span className="meta">{t("log.rule", { rule: row.refused.rule })}</span>
        </p>
      ) : null}
      {output === undefined ? null : (
        <>
          <p className="meta">{t(row.result?.ok === false ? "log.error" : "log.output")}</p>
          <Output>
            {needle ? <Found text={output} needle={needle} /> : <Ansi text={output} />}
          </Output>
        </>
      )}
      <p className={`meta ${classes.toolFacts}`}>
        {row.result?.durationMs != null ? (
          <span>
            {t("turn.took")}: <Milliseconds value={row.result.durationMs} />
          </span>
        ) : null}
        {row.costMicros === undefined ? null : (
          <span title={t("log.callCostWhy")}>
            {t("log.callCost")}: <Money micros={row.costMicros} />
          </span>
        )}
      </p>
    </div>
  );
}

function Output({ children }: { children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long output is scrolled with the keyboard
    <pre className={classes.output} tabIndex={0}>
      {children}
    </pre>
  );
}
