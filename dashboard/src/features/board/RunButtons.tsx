/** What a person can do with a card's run, as it stands; what acts on their repository is said before. */
import { Button, Group } from "@mantine/core";
import { IconCheck, IconPlayerPlay, IconPlayerStopFilled, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Board, Card } from "@/api/types";
import { useTell } from "@/components/asking";
import { useBoardDeeds } from "./boardDeeds";
import { RunForm } from "./RunForm";
import { useApprovePlan, useRetryRun, useRunCard, useUnstick } from "./runDeeds";
import { SendBack } from "./SendBack";
import { canRetry, hasWork, waitsForMerge, waitsForPlan } from "./stages";
import type { CardTab } from "./tabs";
import { BackButton, WorkButtons } from "./WorkButtons";

interface RunButtonsProps {
  card: Card;
  board: Board;
  onTab: (tab: CardTab, run?: string) => void;
}

type Open = "from" | "back" | null;

export function RunButtons({ card, board, onTab }: RunButtonsProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Open>(null);
  const { run } = card;
  const active = run?.isActive === true;
  const toggle = (which: Open) => setOpen(open === which ? null : which);
  const work = hasWork(run) ? (
    <WorkButtons
      card={card}
      board={board}
      onBack={() => toggle("back")}
      onRead={() => onTab("diff")}
    />
  ) : null;
  const canSendBack = waitsForMerge(run) || waitsForPlan(run);
  return (
    <>
      <Group gap={8}>
        {waitsForMerge(run) ? work : null}
        {waitsForPlan(run) ? <ApproveButton card={card} onTab={onTab} /> : null}
        {canRetry(card) ? <RetryButtons card={card} /> : null}
        {!run ? <RunButton card={card} /> : null}
        {waitsForPlan(run) ? <BackButton onBack={() => toggle("back")} /> : null}
        {active ? null : (
          <Button size="xs" variant="default" onClick={() => toggle("from")}>
            {t(run ? "card.runAgain" : "card.runFrom")}
          </Button>
        )}
        {active ? <CancelButton card={card} /> : null}
        {run?.isStuck ? <UnstickButton card={card} /> : null}
        {waitsForMerge(run) ? null : work}
      </Group>
      {open === "back" && canSendBack ? (
        <SendBack card={card} onDone={() => setOpen(null)} />
      ) : null}
      {open === "from" && !active ? <RunForm card={card} onDone={() => setOpen(null)} /> : null}
    </>
  );
}

function RunButton({ card }: { card: Card }) {
  const { t } = useTranslation();
  const tell = useTell();
  const run = useRunCard(card.key);
  return (
    <Button
      size="xs"
      leftSection={<IconPlayerPlay size={14} />}
      loading={run.isPending}
      onClick={() => run.mutate({}, tell())}
    >
      {t("card.run")}
    </Button>
  );
}

function RetryButtons({ card }: { card: Card }) {
  const { t } = useTranslation();
  const tell = useTell();
  const retry = useRetryRun(card.key);
  const stage = t(`stage.${card.run?.stage ?? "plan"}`);
  return (
    <>
      <Button
        size="xs"
        leftSection={<IconRefresh size={14} />}
        loading={retry.isPending}
        onClick={() => retry.mutate(undefined, tell())}
      >
        {t("card.retry", { stage })}
      </Button>
      <Button
        size="xs"
        variant="default"
        title={t("card.retryFreshWhy")}
        disabled={retry.isPending}
        onClick={() => retry.mutate("fresh", tell())}
      >
        {t("card.retryFresh")}
      </Button>
    </>
  );
}

function ApproveButton({ card, onTab }: Omit<RunButtonsProps, "board">) {
  const { t } = useTranslation();
  const tell = useTell();
  const approve = useApprovePlan(card.key);
  return (
    <>
      <Button
        size="xs"
        color="teal.9"
        leftSection={<IconCheck size={14} />}
        loading={approve.isPending}
        onClick={() => approve.mutate(undefined, tell(t("card.planApproved")))}
      >
        {t("card.approvePlan")}
      </Button>
      <Button size="xs" variant="default" onClick={() => onTab("plan")}>
        {t("card.readPlan")}
      </Button>
    </>
  );
}

function CancelButton({ card }: { card: Card }) {
  const { t } = useTranslation();
  const { cancel } = useBoardDeeds();
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconPlayerStopFilled size={14} />}
      disabled={card.run?.cancelRequested === true}
      onClick={() => cancel(card)}
    >
      {t("card.cancel")}
    </Button>
  );
}

function UnstickButton({ card }: { card: Card }) {
  const { t } = useTranslation();
  const tell = useTell();
  const unstick = useUnstick(card.key);
  return (
    <Button
      size="xs"
      loading={unstick.isPending}
      onClick={() => unstick.mutate(undefined, tell(t("card.unstuck")))}
    >
      {t("card.unstick")}
    </Button>
  );
}
