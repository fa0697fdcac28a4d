/** The lines of a diff, with what stands around them. */
import { memo, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { visible } from "@/lib/visible";
import classes from "./Code.module.css";
import type { DiffProps } from "./Diff";
import { type Change, diffLines } from "./diffLines";
import { HiddenWarning } from "./HiddenWarning";
import { highlight } from "./highlight";

function DiffComputed({ before, after, language, label, numbers = false }: DiffProps) {
  const { t } = useTranslation();
  const hunks = useMemo(() => diffLines(before, after), [before, after]);
  const changes = hunks.flatMap((hunk) => hunk.changes);
  const count = (sign: Change["sign"]) => changes.filter((each) => each.sign === sign).length;
  const hidden = changes.reduce((sum, change) => sum + visible(change.text).hidden, 0);
  if (hunks.length === 0) return <p className="meta">{t("diff.same")}</p>;
  return (
    <figure className={classes.figure} aria-label={label}>
      <p className={classes.sums}>
        <span className={classes.added}>{t("diff.added", { count: count("+") })}</span>
        <span className={classes.removed}>{t("diff.removed", { count: count("-") })}</span>
      </p>
      <div
        className={`${classes.diff} ${classes.coloured}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long diff is scrolled with the keyboard
        tabIndex={0}
      >
        {hunks.map((hunk) => (
          <div key={`${hunk.oldStart} ${hunk.newStart}`}>
            {numbers && hunks.length > 1 ? (
              <div className={classes.hunk}>{t("diff.line", { number: hunk.newStart })}</div>
            ) : null}
            {hunk.changes.map((change) => (
              <div
                key={`${change.sign}${change.line}`}
                className={classes.change}
                data-sign={change.sign}
              >
                <span className={classes.line} aria-hidden>
                  {numbers ? change.line : ""}
                </span>
                <span>{change.sign}</span>
                <span>{highlight(visible(change.text).text, language)}</span>
              </div>
            ))}
          </div>
        ))}
      </div>
      <HiddenWarning count={hidden} />
    </figure>
  );
}

export default memo(DiffComputed);
