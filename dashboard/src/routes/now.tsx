/** Now: is all well, is anything waiting for me, what is it costing. */
import { Anchor, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ApprovalSummary, CardSummary, DeadLetter, Status, Turn, Worker } from "@/api/types";
import { Copyable } from "@/components/Copy";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Sliced } from "@/components/Sliced";
import { Trouble } from "@/components/Trouble";
import { ApprovalRows } from "@/features/approvals/ApprovalList";
import { openApprovalsOptions } from "@/features/approvals/api";
import { useAway } from "@/features/away/api";
import { WhileAway } from "@/features/away/WhileAway";
import { cardsNowOptions } from "@/features/board/api";
import { CardRows } from "@/features/board/CardRows";
import { waitsForPerson } from "@/features/board/stages";
import { deadLetterHeadOptions } from "@/features/dead-letters/api";
import { LetterRow } from "@/features/dead-letters/LetterRow";
import { statusOptions } from "@/features/now/api";
import { StatusLine } from "@/features/now/StatusLine";
import { Today } from "@/features/now/Today";
import { FileNotice } from "@/features/settings/FileNotice";
import { answeredOptions, dayOptions } from "@/features/turns/api";
import { TurnCard } from "@/features/turns/TurnCard";
import { TurnRow } from "@/features/turns/TurnRow";
import { workersOptions } from "@/features/workers/api";
import { WorkerNotice } from "@/features/workers/WorkerNotice";
import classes from "./now.module.css";

const HELD = new Set<Worker["state"]>(["parked", "paused", "stopped", "away"]);

const LOADING = <Loading rows={5} height={64} />;

export function NowRoom() {
  const { t } = useTranslation();
  const status = useQuery(statusOptions);
  const workers = useQuery(workersOptions);
  const recent = useQuery(answeredOptions);
  const dead = useQuery(deadLetterHeadOptions);
  const waiting = useQuery(openApprovalsOptions);
  const found = useQuery(cardsNowOptions);
  const away = useAway();
  const held = (workers.data ?? []).filter((worker) => HELD.has(worker.state));
  const count = (state: Worker["state"]) => held.filter((each) => each.state === state).length;
  const cards = found.data ?? [];
  const lead = status.data ? (
    <StatusLine
      status={status.data}
      cardsForYou={cards.filter(({ run }) => run && waitsForPerson(run)).length}
      held={{ stopped: count("stopped"), parked: count("parked") }}
    />
  ) : (
    <div className={classes.leadSpace} />
  );
  const error = status.error ?? workers.error ?? recent.error;
  // Sections that came one after the other would push each other down.
  const pending =
    away === undefined ||
    [status, workers, recent, dead, waiting, found].some((each) => each.isPending);
  return (
    <Page title={t("room.now")} lead={lead}>
      {error ? <Trouble error={error} retry={() => void status.refetch()} /> : null}
      {pending ? (
        LOADING
      ) : (
        <Sliced instead={LOADING}>
          <Rooms
            status={status.data}
            workers={workers.data ?? []}
            held={held}
            answered={recent.data?.items ?? []}
            letters={dead.data?.items ?? []}
            waiting={waiting.data ?? []}
            cards={cards}
          />
        </Sliced>
      )}
    </Page>
  );
}

interface RoomsProps {
  status: Status | undefined;
  workers: readonly Worker[];
  held: readonly Worker[];
  answered: readonly Turn[];
  letters: readonly DeadLetter[];
  waiting: readonly ApprovalSummary[];
  cards: readonly CardSummary[];
}

function Rooms(props: RoomsProps) {
  const { status, workers, held, answered, waiting, cards } = props;
  const { t } = useTranslation();
  const day = useQuery(dayOptions);
  const running = workers
    .filter((worker) => !HELD.has(worker.state) && worker.state !== "waiting")
    .flatMap((worker) => (worker.live ? [worker.live] : []));
  const cardsForYou = cards.filter(({ run }) => run && waitsForPerson(run));
  const cardsRunning = cards.filter(({ run }) => run?.status === "running" && !waitsForPerson(run));
  const cardsFailed = cards.filter(({ run }) => run?.status === "failed");
  // A card that failed says so itself.
  const letters = props.letters.filter(
    (letter) => !cardsFailed.some((card) => card.channel === letter.channel),
  );
  return (
    <>
      {status ? <FileNotice status={status} /> : null}
      <WhileAway />
      {waiting.length + cardsForYou.length > 0 ? (
        <Section title={t("now.forYou")} count={waiting.length + cardsForYou.length}>
          {waiting.length > 0 ? <ApprovalRows approvals={waiting} label={t("now.forYou")} /> : null}
          <CardRows cards={cardsForYou} />
        </Section>
      ) : null}
      {held.length > 0 ? (
        <Section title={t("now.waiting")} count={held.length}>
          {held.map((worker) => (
            <WorkerNotice key={worker.name} worker={worker} name={<NameOf worker={worker} />} />
          ))}
        </Section>
      ) : null}
      <Section title={t("now.running")} count={running.length + cardsRunning.length}>
        {running.map((turn) => (
          <TurnCard key={turn.id} turn={turn} />
        ))}
        <CardRows cards={cardsRunning} />
        {running.length + cardsRunning.length === 0 ? (
          <NothingRuns workers={workers} status={status} />
        ) : null}
      </Section>
      {letters.length + cardsFailed.length > 0 ? (
        <Section
          title={t("now.trouble")}
          aside={
            <Anchor component={Link} to="/failures" size="sm">
              {t("now.allFailures")}
            </Anchor>
          }
        >
          <CardRows cards={cardsFailed} />
          {letters.length > 0 ? (
            <div className={`card ${classes.rows}`}>
              {letters.map((letter) => (
                <LetterRow key={letter.id} letter={letter} />
              ))}
            </div>
          ) : null}
        </Section>
      ) : null}
      {status ? (
        <Section title={t("now.today")}>
          <Today status={status} turns={day.data?.items ?? []} />
        </Section>
      ) : null}
      {answered.length > 0 ? (
        <Section title={t("now.recent")}>
          <div className={`card ${classes.rows}`}>
            {answered.map((turn) => (
              <TurnRow key={turn.id} turn={turn} worker />
            ))}
          </div>
        </Section>
      ) : null}
    </>
  );
}

function NameOf({ worker }: { worker: Worker }) {
  return (
    <Link to="/workers/$name" params={{ name: worker.name }} className={classes.name}>
      {worker.name}
    </Link>
  );
}

/** The one action that fills the page: a prompt for the first worker, or a folder for one. */
function NothingRuns({
  workers,
  status,
}: {
  workers: readonly Worker[];
  status: Status | undefined;
}) {
  const { t } = useTranslation();
  const first = workers[0];
  if (!first) {
    return (
      <Empty title={t("workers.none")}>
        <Copyable text={`${status?.home ?? ""}/.queue/sentinela`} label={t("workers.copyFolder")} />
      </Empty>
    );
  }
  return (
    <Empty title={t("now.nothingRuns")}>
      <Copyable text={first.queue_path} label={t("queue.copy", { label: t("queue.in") })} />
      <Button size="xs" component={Link} to={`/workers/${encodeURIComponent(first.name)}`}>
        {t("now.write", { worker: first.name })}
      </Button>
    </Empty>
  );
}
