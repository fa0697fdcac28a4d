/** One run: what it was given, every visit of a stage with its result, and where its work is. */
import { Anchor, Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Card, Run, StageVisit } from "@/api/types";
import { Copyable } from "@/components/Copy";
import { Money } from "@/components/figures";
import { Loading } from "@/components/Loading";
import { Ansi } from "@/components/log/Ansi";
import { Markdown } from "@/components/Markdown";
import { Said } from "@/components/Said";
import { Shape } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import { Elapsed, Took } from "@/components/times";
import { runOptions } from "./api";
import look from "./Output.module.css";
import classes from "./RunsTab.module.css";
import { visitTone } from "./stages";
import type { CardTab } from "./tabs";

interface RunDetailsProps {
  card: Card;
  runId: string;
  onTab: (tab: CardTab, run?: string) => void;
}

export function RunDetails({ card, runId, onTab }: RunDetailsProps) {
  const { t } = useTranslation();
  const query = useQuery(runOptions(runId));
  if (query.isPending) return <Loading rows={4} height={32} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const run = query.data;
  const newest = run.id === card.run?.id;
  const go = (tab: CardTab) => onTab(tab, newest ? undefined : run.id);
  return (
    <div className={classes.details}>
      {run.workflowError ? (
        <p data-tone="failed" className={classes.error}>
          {run.workflowError}
        </p>
      ) : null}
      {run.result ? <Markdown text={run.result} /> : null}
      <Group gap={8}>
        <Button size="compact-sm" variant="default" onClick={() => go("log")}>
          {t("card.tab.log")}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => go("diff")}>
          {t("card.tab.diff")}
        </Button>
      </Group>
      <Given run={run} />
      <ol className={classes.visits}>
        {run.visits.map((visit) => (
          <Visit key={visit.position} visit={visit} />
        ))}
      </ol>
      <Places run={run} />
    </div>
  );
}

/** What took the place of what stands on the card. */
function Given({ run }: { run: Run }) {
  const { t } = useTranslation();
  const given = (["description", "spec", "instructions", "comments"] as const).flatMap((name) => {
    const text = run.input[name];
    return text ? [{ name, text }] : [];
  });
  if (given.length === 0) return null;
  return (
    <dl className={classes.facts}>
      {given.map(({ name, text }) => (
        <div key={name}>
          <dt className="meta">{t(`card.given.${name}`)}</dt>
          <dd className={classes.given}>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Visit({ visit }: { visit: StageVisit }) {
  const { t } = useTranslation();
  const { turn, verdict } = visit;
  return (
    <li className={classes.visit} data-tone={visitTone(visit)}>
      <p className={classes.visitHead}>
        <Shape tone={visitTone(visit)} />
        <strong>{t(`stage.${visit.stage}`)}</strong>
        {visit.kind === "work" ? null : <span>{t(`visit.${visit.kind}`)}</span>}
        <span className="meta">
          {visit.result ? t(`cardEnd.${visit.result}`) : t("standing.running")}
          {visit.exitCode === null ? null : ` (${t("card.exitCode", { code: visit.exitCode })})`}
        </span>
        <span className={`meta ${classes.visitFigures}`}>
          {visit.completedAt ? (
            <Took from={visit.startedAt} to={visit.completedAt} />
          ) : (
            <Elapsed from={visit.startedAt} />
          )}
          {turn ? <Money micros={turn.costMicros} /> : null}
          {turn ? (
            <Anchor component={Link} to={`/turns/${turn.id}`} size="xs">
              {t("card.turn")}
            </Anchor>
          ) : null}
        </span>
      </p>
      {visit.failure ? (
        <p data-tone="failed" className={classes.error}>
          <Said text={visit.failure.message} />
        </p>
      ) : null}
      {verdict ? (
        <>
          <p>
            {t(`verdict.${verdict.verdict}`)} {verdict.summary}
          </p>
          {verdict.comments.length > 0 ? (
            <ul className={classes.comments}>
              {verdict.comments.map((comment) => (
                <li key={`${comment.file}:${comment.line} ${comment.text}`}>
                  <span className="mono">
                    {comment.file}
                    {comment.line === null ? "" : `:${comment.line}`}
                  </span>{" "}
                  {comment.text}
                </li>
              ))}
            </ul>
          ) : null}
        </>
      ) : visit.output && visit.result !== "passed" ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long output is scrolled with the keyboard
        <pre className={look.output} tabIndex={0}>
          <Ansi text={visit.output} />
        </pre>
      ) : null}
    </li>
  );
}

/** Where its work is, and what became of it. */
function Places({ run }: { run: Run }) {
  const { t } = useTranslation();
  return (
    <dl className={classes.facts}>
      {run.branch ? (
        <div>
          <dt className="meta">{t("card.branch")}</dt>
          <dd className="mono">{run.branch}</dd>
        </div>
      ) : null}
      {run.worktree ? (
        <div>
          <dt className="meta">{t("card.worktree")}</dt>
          <dd>
            <Copyable text={run.worktree} label={t("card.copyPath")} />
          </dd>
        </div>
      ) : null}
      {run.endedBy ? (
        <div>
          <dt className="meta">{t("card.endedBy")}</dt>
          <dd>{run.endedBy}</dd>
        </div>
      ) : null}
      {run.settlement ? (
        <div>
          <dt className="meta">{t("card.settled")}</dt>
          <dd>
            {t(`cardEnd.${run.settlement}`)}{" "}
            {run.settledCommit ? (
              <span className="mono">{run.settledCommit.slice(0, 10)}</span>
            ) : null}{" "}
            {run.settledBy ? t("card.by", { who: run.settledBy }) : null}
          </dd>
        </div>
      ) : null}
    </dl>
  );
}
