/** All workers: sign, name, depth, oldest, session age, today. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Worker } from "@/api/types";
import { Money } from "@/components/figures";
import { WorkerSign } from "@/components/Sign";
import { Ago } from "@/components/times";
import { waitsBehind } from "@/lib/places";
import classes from "./WorkerList.module.css";

export function WorkerList({ workers, chosen }: { workers: readonly Worker[]; chosen?: string }) {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("workers.list")}>
      <ul className={classes.list}>
        {workers.map((worker) => (
          <li key={worker.name}>
            <Link
              to="/workers/$name"
              params={{ name: worker.name }}
              className={`card ${classes.worker}`}
              aria-current={worker.name === chosen ? "page" : undefined}
            >
              <WorkerSign state={worker.state} bare />
              <span className={`one-line ${classes.name}`}>{worker.name}</span>
              <span className={`meta ${classes.queued}`}>
                {waitsBehind(worker) > 0 ? t("workers.queued", { count: waitsBehind(worker) }) : ""}
              </span>
              <span className={`meta one-line ${classes.line}`}>
                <WorkerLine worker={worker} />
              </span>
              <span className={`meta ${classes.cost}`}>
                <Money micros={worker.today.cost_micros} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function WorkerLine({ worker }: { worker: Worker }) {
  const { t } = useTranslation();
  if (worker.oldest_queued_at) {
    return (
      <>
        {t("workers.oldest")} <Ago at={worker.oldest_queued_at} />
      </>
    );
  }
  if (worker.session) {
    return (
      <>
        {t("workers.sessionSince")} <Ago at={worker.session.created_at} />
      </>
    );
  }
  return t("workers.noSession");
}
