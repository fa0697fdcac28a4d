/** One file of a diff: its hunks in colours, a place for a comment on each line. */
import { Button } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { memo, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { DiffFile, DiffHunk } from "@/api/types";
import code from "@/components/code/Code.module.css";
import { HiddenWarning } from "@/components/code/HiddenWarning";
import { highlight } from "@/components/code/highlight";
import { Loading } from "@/components/Loading";
import { languageOfPath } from "@/lib/languages";
import { visible } from "@/lib/visible";
import { diffOptions } from "./api";
import { CommentBox, RemarkList } from "./Comments";
import classes from "./DiffFile.module.css";
import { byLine, inBlocks, lineKey, placeOf, type Remark, type Side } from "./diffParts";
import { Sums } from "./FileTree";
import { stepLine } from "./stepLine";
import { WhenNear } from "./WhenNear";

interface DiffFileViewProps {
  file: DiffFile;
  runId: string;
  remarks: readonly Remark[];
  open: boolean;
  onOpen: (path: string, open: boolean) => void;
}

/** A diff has many files: one that did not change is not drawn again. */
export default memo(DiffFileView);

function DiffFileView({ file, runId, remarks, open, onOpen }: DiffFileViewProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <section className={classes.file} data-file={file.path} aria-label={file.path}>
      <button
        type="button"
        className={classes.head}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => onOpen(file.path, !open)}
      >
        <IconChevronRight size={14} className={classes.chevron} aria-hidden />
        <span className={`mono ${classes.path}`}>
          {file.oldPath && file.oldPath !== file.path ? `${visible(file.oldPath).text} → ` : ""}
          {visible(file.path).text}
        </span>
        {file.change === "modified" ? null : (
          <span className={`meta ${classes.change}`}>{t(`cardDiff.change.${file.change}`)}</span>
        )}
        <Sums file={file} />
      </button>
      <div id={id}>{open ? <Lines file={file} runId={runId} remarks={remarks} /> : null}</div>
    </section>
  );
}

type LinesProps = Pick<DiffFileViewProps, "file" | "runId" | "remarks">;

/** Of a file that was cut, the rest is read when it is wanted. */
function Lines({ file, runId, remarks }: LinesProps) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(false);
  const query = useQuery({ ...diffOptions(runId, file.path), enabled: whole });
  const full = query.data?.files.find((each) => each.path === file.path) ?? file;
  const hidden = useMemo(() => countHidden(full), [full]);
  if (file.binary) return <p className={`meta ${classes.note}`}>{t("cardDiff.binary")}</p>;
  return (
    <>
      <Hunks file={full} runId={runId} remarks={remarks} />
      <HiddenWarning count={hidden} />
      {file.cut && full === file ? (
        <div className={classes.note}>
          {query.isFetching ? (
            <Loading rows={1} height={40} />
          ) : (
            <Button size="compact-sm" variant="default" onClick={() => setWhole(true)}>
              {t("cardDiff.whole")}
            </Button>
          )}
        </div>
      ) : full.cut ? (
        <p className={`meta ${classes.note}`}>{t("cardDiff.tooLong")}</p>
      ) : null}
    </>
  );
}

const countHidden = (file: DiffFile): number =>
  file.hunks.reduce(
    (sum, hunk) => sum + hunk.lines.reduce((all, line) => all + visible(line.text).hidden, 0),
    0,
  );

function Hunks({ file, runId, remarks }: LinesProps) {
  const [writing, setWriting] = useState<{ side: Side; line: number }>();
  const { at, elsewhere } = useMemo(() => byLine(file, remarks), [file, remarks]);
  const language = languageOfPath(file.path);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows walk the lines' own buttons
    <div className={`${classes.lines} ${code.coloured}`} onKeyDown={stepLine}>
      {elsewhere.length > 0 ? <RemarkList runId={runId} remarks={elsewhere} /> : null}
      {file.hunks.map((hunk, index) => (
        <div key={`${hunk.oldStart} ${hunk.newStart}`}>
          <p className={classes.hunk}>
            @@ {hunk.newStart} {hunk.heading}
          </p>
          {inBlocks(hunk.lines).map(({ start, lines }) => (
            <WhenNear key={start} height={lines.length * LINE} className={classes.block}>
              {() =>
                lines.map((line, number) => {
                  const place = placeOf(line);
                  const said = place && at.get(lineKey(place.side, place.line));
                  const isHere = place?.side === writing?.side && place?.line === writing?.line;
                  return (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a hunk have an order and no name
                    <div key={number}>
                      <Line
                        line={line}
                        language={language}
                        first={index === 0 && start + number === 0}
                        onComment={setWriting}
                      />
                      {said ? <RemarkList runId={runId} remarks={said} /> : null}
                      {place && isHere ? (
                        <CommentBox
                          runId={runId}
                          file={file.path}
                          {...place}
                          onDone={() => setWriting(undefined)}
                        />
                      ) : null}
                    </div>
                  );
                })
              }
            </WhenNear>
          ))}
        </div>
      ))}
    </div>
  );
}

/** A line's height in pixels, where it is not broken. */
const LINE = 19.34;

const SIGNS = { added: "+", removed: "-", context: " ", note: "\\" } as const;

interface LineProps {
  line: DiffHunk["lines"][number];
  language: string | undefined;
  first: boolean;
  onComment: (place: { side: Side; line: number }) => void;
}

function LinePlain({ line, language, first, onComment }: LineProps) {
  const { t } = useTranslation();
  const place = placeOf(line);
  return (
    <div className={classes.line} data-kind={line.kind}>
      {place ? (
        <button
          type="button"
          className={classes.number}
          tabIndex={first ? 0 : -1}
          aria-label={t("cardDiff.comment", { line: place.line })}
          title={t("cardDiff.comment", { line: place.line })}
          data-line
          onClick={() => onComment(place)}
        >
          <span>{line.old}</span>
          <span>{line.new}</span>
        </button>
      ) : (
        <span className={classes.number} />
      )}
      <span aria-hidden>{SIGNS[line.kind]}</span>
      <span className={classes.text}>{highlight(visible(line.text).text, language)}</span>
    </div>
  );
}

/** Colours take their time: a line that did not change is not coloured again. */
const Line = memo(
  LinePlain,
  (a, b) => a.line === b.line && a.language === b.language && a.first === b.first,
);
