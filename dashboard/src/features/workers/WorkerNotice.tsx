/** Why a worker does not go on: the reason, until when, and the button that helps. */
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlayerPlayFilled } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Worker } from "@/api/types";
import { Shape } from "@/components/Sign";
import { useErrorText } from "@/components/Trouble";
import { Until } from "@/components/times";
import { statusOptions } from "@/features/now/api";
import { workerTone } from "@/lib/signs";
import { useResumeWorker } from "./api";
import classes from "./WorkerNotice.module.css";

interface WorkerNoticeProps {
  worker: Worker;
  /** Where the worker is not on the page itself, its name leads there. */
  name?: React.ReactNode;
}

export function WorkerNotice({ worker, name }: WorkerNoticeProps) {
  const { t } = useTranslation();
  const say = useErrorText();
  const resume = useResumeWorker(worker.name);
  const { data: status } = useQuery(statusOptions);
  const { state } = worker;
  const paused = state === "paused" ? worker.pause : null;
  const until = paused ? paused.until : worker.state_until;
  if (state === "idle" || state === "running" || state === "waiting") return null;
  const onError = (error: unknown) => notifications.show({ color: "red", message: say(error) });
  return (
    <div data-tone={workerTone(state)} className={classes.notice}>
      <Shape tone={workerTone(state)} size={16} />
      <div className={classes.text}>
        <p className={classes.head}>
          {name}
          <span className={classes.state}>
            {t(`workerState.${state}`)}
            {until ? (
              <>
                {" "}
                {t("workers.until")} <Until at={until} />
              </>
            ) : null}
          </span>
        </p>
        <p>
          {(paused ? paused.reason : worker.state_reason) || t(`workers.reason.${state}`)}
          {paused ? <span className="meta"> {t("suspend.by", { who: paused.by })}</span> : null}
        </p>
      </div>
      {state === "away" || status?.suspended ? null : (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPlayFilled size={14} />}
          loading={resume.isPending}
          onClick={() => resume.mutate(undefined, { onError })}
        >
          {t(state === "parked" ? "workers.tryNow" : "workers.resume")}
        </Button>
      )}
    </div>
  );
}
