/** Whether what is on the page is what is so: live, reconnecting, or offline. */
import { Button, Tooltip } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { stream } from "@/lib/live";
import classes from "./LiveState.module.css";

export function useStreamState() {
  return useSyncExternalStore(stream.subscribe, stream.state);
}

export function LiveState() {
  const { t } = useTranslation();
  const state = useStreamState();
  if (state.kind === "waiting") return <Countdown to={state.retryAt} />;
  if (state.kind === "offline" || state.kind === "signed-out") {
    return (
      <span role="status" data-tone="failed" className={classes.state}>
        <span className={classes.dot} />
        <span>{t("live.offline")}</span>
      </span>
    );
  }
  const live = state.kind === "live";
  return (
    <Tooltip label={t(live ? "live.why" : "live.connecting")}>
      <span role="status" data-tone={live ? "done" : "waiting"} className={classes.state}>
        <span className={classes.dot} />
        <span className={classes.word}>{t(live ? "live.live" : "live.connecting")}</span>
      </span>
    </Tooltip>
  );
}

/** This clock is the browser's own: it counts what the browser waits. */
function Countdown({ to }: { to: number }) {
  const { t } = useTranslation();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((to - now) / 1000));
  return (
    <span role="status" data-tone="waiting" className={classes.state}>
      <span className={classes.dot} />
      <span className={`figure ${classes.word}`}>{t("live.reconnecting", { seconds })}</span>
      <span className={`figure ${classes.short}`} aria-hidden>
        {seconds} s
      </span>
      <Button
        className={classes.wide}
        size="compact-xs"
        variant="default"
        onClick={() => void stream.connect()}
      >
        {t("live.tryNow")}
      </Button>
    </span>
  );
}
