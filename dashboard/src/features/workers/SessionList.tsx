/** The sessions a worker had: where each began, what it took; beginning anew, and going on in a copy. */
import { Button, Group, Select } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { IconGitFork, IconRotate } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { WorkerSession } from "@/api/types";
import { CopyButton } from "@/components/Copy";
import { Empty } from "@/components/Empty";
import { Money, Tokens } from "@/components/figures";
import { Loading } from "@/components/Loading";
import { Sign } from "@/components/Sign";
import { Trouble, useErrorText } from "@/components/Trouble";
import { Ago } from "@/components/times";
import { sessionsOptions, useForkSession, useResetSession, workersOptions } from "./api";
import classes from "./Directives.module.css";

export default function SessionList({ name }: { name: string }) {
  const { t } = useTranslation();
  const query = useQuery(sessionsOptions(name));
  if (query.isPending) return <Loading rows={2} height={60} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const used = query.data.some((each) => each.current && each.turns > 0);
  return (
    <>
      <Group gap={8}>
        <ResetButton name={name} />
        <ForkButton name={name} possible={used} />
      </Group>
      {query.data.length === 0 ? (
        <Empty title={t("session.none")} />
      ) : (
        <ul className={`card ${classes.sessions}`} aria-label={t("session.all")}>
          {query.data.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      )}
    </>
  );
}

function SessionRow({ session }: { session: WorkerSession }) {
  const { t } = useTranslation();
  return (
    <li className={classes.session}>
      <span className={classes.id}>
        <span className="mono">{session.id.slice(0, 8)}</span>
        <CopyButton text={session.id} label={t("session.copy")} />
        {session.current ? <Sign tone="running" label={t("session.current")} /> : null}
      </span>
      <Money micros={session.cost_micros} />
      <span className="meta">
        {session.origin ? `${t(`session.origin.${session.origin}`)} · ` : ""}
        <Ago at={session.began_at} />
        {session.by ? ` · ${session.by}` : ""}
        {session.parent ? ` · ${t("session.copyOf", { id: session.parent.slice(0, 8) })}` : ""}
      </span>
      <span className="meta">
        {t("session.answered", { count: session.turns })} ·{" "}
        <Tokens count={session.input_tokens + session.output_tokens} /> {t("spend.tokens")}
      </span>
    </li>
  );
}

function useSay() {
  const say = useErrorText();
  return {
    onError: (error: unknown) => notifications.show({ color: "red", message: say(error) }),
  };
}

function ResetButton({ name }: { name: string }) {
  const { t } = useTranslation();
  const reset = useResetSession(name);
  const onError = useSay();
  const ask = () =>
    modals.openConfirmModal({
      title: t("session.resetTitle"),
      children: <p>{t("session.resetEffect")}</p>,
      labels: { confirm: t("session.reset"), cancel: t("action.keep") },
      confirmProps: { color: "red.9" },
      closeButtonProps: { "aria-label": t("action.close") },
      onConfirm: () => reset.mutate(undefined, onError),
    });
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconRotate size={14} />}
      loading={reset.isPending}
      onClick={ask}
    >
      {t("session.reset")}
    </Button>
  );
}

function ForkButton({ name, possible }: { name: string; possible: boolean }) {
  const { t } = useTranslation();
  const open = () => {
    const id = "fork";
    modals.open({
      modalId: id,
      title: t("session.forkTitle"),
      closeButtonProps: { "aria-label": t("action.close") },
      children: <ForkForm name={name} onDone={() => modals.close(id)} />,
    });
  };
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconGitFork size={14} />}
      disabled={!possible}
      title={possible ? undefined : t("session.forkNothing")}
      onClick={open}
    >
      {t("session.fork")}
    </Button>
  );
}

function ForkForm({ name, onDone }: { name: string; onDone: () => void }) {
  const { t } = useTranslation();
  const { data: workers = [] } = useQuery(workersOptions);
  const [to, setTo] = useState<string>(name);
  const fork = useForkSession(name);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        fork.mutate(to === name ? null : to, { onSuccess: onDone });
      }}
    >
      <p>{t("session.forkEffect")}</p>
      <Select
        my={12}
        label={t("session.forkTo")}
        allowDeselect={false}
        value={to}
        data={workers.map((each) => ({
          value: each.name,
          label: each.name === name ? t("session.forkHere", { worker: name }) : each.name,
        }))}
        onChange={(chosen) => setTo(chosen ?? name)}
      />
      {fork.isError ? <Trouble error={fork.error} /> : null}
      <Group gap={8} justify="flex-end">
        <Button variant="default" onClick={onDone}>
          {t("action.cancel")}
        </Button>
        <Button type="submit" loading={fork.isPending}>
          {t("session.fork")}
        </Button>
      </Group>
    </form>
  );
}
