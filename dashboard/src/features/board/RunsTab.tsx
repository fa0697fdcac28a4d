/** All runs of a card beside one another: what each did, what it cost, and the way to run it again. */
import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Card, RunSummary } from "@/api/types";
import { Money } from "@/components/figures";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import { Ago } from "@/components/times";
import { runsOptions } from "./api";
import { RunDetails } from "./RunDetails";
import { RunForm } from "./RunForm";
import { RunSign, RunTime } from "./RunStanding";
import classes from "./RunsTab.module.css";
import { StageBar } from "./StageBar";
import type { CardTab } from "./tabs";

interface RunsTabProps {
  card: Card;
  chosen: string;
  onTab: (tab: CardTab, run?: string) => void;
}

export function RunsTab({ card, chosen, onTab }: RunsTabProps) {
  const { t } = useTranslation();
  const query = useQuery(runsOptions(card.key));
  const [again, setAgain] = useState(false);
  if (query.isPending) return <Loading rows={3} height={56} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      {card.run?.isActive ? null : again ? (
        <div className={`card ${classes.form}`}>
          <RunForm card={card} onDone={() => setAgain(false)} />
        </div>
      ) : (
        <Group>
          <Button size="xs" variant="default" onClick={() => setAgain(true)}>
            {t("card.runAgain")}
          </Button>
        </Group>
      )}
      <ol className={classes.runs}>
        {query.data.map((run) => (
          <li key={run.id} className="card">
            <RunHead run={run} open={run.id === chosen} onOpen={() => onTab("runs", run.id)} />
            {run.id === chosen ? <RunDetails card={card} runId={run.id} onTab={onTab} /> : null}
          </li>
        ))}
      </ol>
    </>
  );
}

interface RunHeadProps {
  run: RunSummary;
  open: boolean;
  onOpen: () => void;
}

function RunHead({ run, open, onOpen }: RunHeadProps) {
  const { t } = useTranslation();
  return (
    <button type="button" className={classes.head} aria-expanded={open} onClick={onOpen}>
      <span className={classes.name}>
        <strong>{t("card.runNumber", { number: run.number })}</strong>
        <RunSign run={run} />
      </span>
      <span className={`meta ${classes.figures}`}>
        <Ago at={run.queuedAt} />
        <RunTime run={run} />
        {run.startedAt ? <Money micros={run.costMicros} /> : null}
      </span>
      <span className={classes.bar}>
        <StageBar run={run} />
      </span>
    </button>
  );
}
