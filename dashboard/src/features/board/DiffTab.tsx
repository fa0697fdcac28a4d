/** What a run changed: its files, their lines, and what was said about them; comments go to the agent together. */
import { Button, Group } from "@mantine/core";
import { IconSend2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Card, Diff } from "@/api/types";
import { useTell } from "@/components/asking";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Shape } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import { later } from "@/lib/served";
import { commentsOptions, diffOptions, runOptions } from "./api";
import classes from "./DiffTab.module.css";
import { byFile, openAtFirst, type Remark, remarkOf, reviewRemarks } from "./diffParts";
import { FileTree } from "./FileTree";
import { RunPicker } from "./RunPicker";
import { useSendComments } from "./runDeeds";
import type { CardTab } from "./tabs";

// It colours: its grammars weigh much.
const DiffFileView = later(() => import("./DiffFileView"));

interface DiffTabProps {
  card: Card;
  runId: string;
  onTab: (tab: CardTab, run?: string) => void;
}

export function DiffTab({ card, runId, onTab }: DiffTabProps) {
  const { t } = useTranslation();
  const diff = useQuery(diffOptions(runId));
  const run = useQuery(runOptions(runId));
  const comments = useQuery(commentsOptions(runId));
  const remarks = useMemo(
    () => [...reviewRemarks(run.data?.visits ?? []), ...(comments.data ?? []).map(remarkOf)],
    [run.data, comments.data],
  );
  const pending = remarks.filter((each) => each.pending).length;
  return (
    <>
      <RunPicker card={card} runId={runId} onPick={(picked) => onTab("diff", picked)} />
      {pending > 0 ? (
        <SendBar card={card} runId={runId} count={pending} onSent={() => onTab("log")} />
      ) : null}
      {diff.data ? <LeftOut diff={diff.data} /> : null}
      {diff.isPending ? (
        <Loading rows={3} height={120} />
      ) : !diff.data ? (
        <Trouble error={diff.error} retry={() => void diff.refetch()} />
      ) : diff.data.files.length === 0 ? (
        <Empty title={t("cardDiff.nothing")} />
      ) : (
        <Files diff={diff.data} remarks={remarks} runId={runId} />
      )}
    </>
  );
}

/** A merge has just what is shown; what lies beside it is said. */
function LeftOut({ diff }: { diff: Diff }) {
  const { t } = useTranslation();
  const more = diff.uncommittedCount - diff.uncommitted.length;
  if (diff.uncommittedCount === 0) return null;
  return (
    <div data-tone="waiting" className={classes.leftOut} role="note">
      <Shape tone="waiting" />
      <div>
        {t("cardDiff.leftOut", { count: diff.uncommittedCount })}
        <ul>
          {diff.uncommitted.map((path) => (
            <li key={path} className="mono">
              {path}
            </li>
          ))}
        </ul>
        {more > 0 ? t("cardDiff.leftOutMore", { count: more }) : null}
      </div>
    </div>
  );
}

interface SendBarProps {
  card: Card;
  runId: string;
  count: number;
  onSent: () => void;
}

function SendBar({ card, runId, count, onSent }: SendBarProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const send = useSendComments(card.key, runId);
  return (
    <div data-tone="waiting" className={classes.send}>
      <span role="status">{t("cardDiff.pending", { count })}</span>
      <Button
        size="xs"
        leftSection={<IconSend2 size={14} />}
        loading={send.isPending}
        disabled={card.run?.isActive === true}
        title={card.run?.isActive ? t("cardDiff.afterRun") : undefined}
        onClick={() =>
          send.mutate(undefined, {
            ...tell(),
            onSuccess: () => {
              tell(t("cardDiff.sent")).onSuccess();
              onSent();
            },
          })
        }
      >
        {t("cardDiff.send")}
      </Button>
    </div>
  );
}

const NOTHING: readonly Remark[] = [];

interface FilesProps {
  diff: Diff;
  remarks: readonly Remark[];
  runId: string;
}

function Files({ diff, remarks, runId }: FilesProps) {
  const { t } = useTranslation();
  const { files } = diff;
  const [first] = useState(() => openAtFirst(files));
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const box = useRef<HTMLDivElement>(null);
  const isOpen = (path: string) => chosen.get(path) ?? first.has(path);
  const set = useCallback(
    (path: string, open: boolean) => setChosen((before) => new Map(before).set(path, open)),
    [],
  );
  const said = useMemo(() => byFile(remarks), [remarks]);
  const sum = (of: "added" | "removed") => files.reduce((all, file) => all + (file[of] ?? 0), 0);
  const goTo = (path: string) => {
    set(path, true);
    const all = box.current?.querySelectorAll<HTMLElement>("[data-file]") ?? [];
    const file = [...all].find((each) => each.dataset.file === path);
    file?.scrollIntoView({ block: "start" });
    file?.querySelector("button")?.focus({ preventScroll: true });
  };
  const strays = remarks.filter((each) => !files.some((file) => file.path === each.file));
  return (
    <>
      <Group gap={12} className={classes.sums}>
        <span>{t("cardDiff.files", { count: files.length })}</span>
        <span className={classes.added}>{t("diff.added", { count: sum("added") })}</span>
        <span className={classes.removed}>{t("diff.removed", { count: sum("removed") })}</span>
      </Group>
      {strays.length > 0 ? (
        <ul className={classes.strays} aria-label={t("cardDiff.elsewhere")}>
          {strays.map((each) => (
            <li key={each.id}>
              <span className="mono">{each.file}</span> {each.text}
            </li>
          ))}
        </ul>
      ) : null}
      <div className={classes.room}>
        <FileTree files={files} remarks={remarks} onGo={goTo} />
        <div ref={box} className={classes.files}>
          <Suspense fallback={<Loading rows={files.length} height={60} />}>
            {files.map((file) => (
              <DiffFileView
                key={file.path}
                file={file}
                runId={runId}
                remarks={said.get(file.path) ?? NOTHING}
                open={isOpen(file.path)}
                onOpen={set}
              />
            ))}
          </Suspense>
        </div>
      </div>
    </>
  );
}
