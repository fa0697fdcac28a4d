/** Where prompts go in and answers come out, what of the folder is not read and why, what comes by itself. */
import { useTranslation } from "react-i18next";
import type { Worker } from "@/api/types";
import { Copyable } from "@/components/Copy";
import { Until } from "@/components/times";
import { Panel } from "./Panel";
import classes from "./QueuePanel.module.css";

export function QueuePanel({ worker }: { worker: Worker }) {
  const { t } = useTranslation();
  return (
    <Panel title={t("queue.title")}>
      <Place label={t("queue.in")} path={worker.queue_path} />
      <Place label={t("queue.out")} path={worker.output_path} />
      <Place label={t("queue.directory")} path={worker.directory} />
      {worker.ignored.length > 0 ? (
        <details className={classes.ignored}>
          <summary>{t("queue.ignored", { count: worker.ignored.length })}</summary>
          <ul>
            {worker.ignored.map((file) => (
              <li key={file.name}>
                <span className="mono">{file.name}</span>
                <span className="meta">{file.reason}</span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </Panel>
  );
}

function Place({ label, path }: { label: string; path: string }) {
  const { t } = useTranslation();
  return (
    <div className={classes.place}>
      <span className="meta">{label}</span>
      <Copyable text={path} label={t("queue.copy", { label })} />
    </div>
  );
}

export function SchedulePanel({ worker }: { worker: Worker }) {
  const { t } = useTranslation();
  if (worker.schedule.length === 0) return null;
  return (
    <Panel title={t("schedule.title")}>
      <ul className={classes.schedule}>
        {worker.schedule.map((entry) => (
          <li key={entry.name}>
            <span>
              <strong>{entry.name}</strong> <span className="mono">{entry.every}</span>
            </span>
            <span className="meta">{entry.prompt}</span>
            {entry.next_at ? (
              <span className="meta">
                {t("schedule.next")} <Until at={entry.next_at} />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
