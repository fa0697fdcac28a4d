/** Every try at a turn, with why it ended and whether it counted. */
import { useTranslation } from "react-i18next";
import type { Attempt } from "@/api/types";
import { Shape } from "@/components/Sign";
import { Ago, Elapsed, Took } from "@/components/times";
import type { Tone } from "@/lib/signs";
import classes from "./Attempts.module.css";

function toneOf(attempt: Attempt): Tone {
  if (!attempt.ended_at) return "running";
  if (attempt.state === "answered") return "done";
  return attempt.counted ? "failed" : "idle";
}

export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  const { t } = useTranslation();
  return (
    <ol className={`card ${classes.list}`}>
      {attempts.map((attempt, index) => (
        <li key={attempt.number} className={classes.attempt}>
          <Shape tone={toneOf(attempt)} />
          <span className="figure">{t("turn.attempt", { number: attempt.number })}</span>
          <span className={classes.why}>
            <Why attempt={attempt} before={attempts[index - 1]} />
            <span className="meta">
              {attempt.resumed ? ` · ${t("attempt.resumed")}` : ""}
              {attempt.ended_at && !attempt.counted && attempt.state !== "answered"
                ? ` · ${t("attempt.notCounted")}`
                : ""}
            </span>
          </span>
          <span className={`meta ${classes.when}`}>
            <Ago at={attempt.started_at} /> ·{" "}
            {attempt.ended_at ? (
              <Took from={attempt.started_at} to={attempt.ended_at} />
            ) : (
              <Elapsed from={attempt.started_at} />
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Why({ attempt, before }: { attempt: Attempt; before: Attempt | undefined }) {
  const { t } = useTranslation();
  const message = attempt.failure?.message;
  if (!message) return t("attempt.state", { state: attempt.state });
  return message === before?.failure?.message ? t("attempt.same") : message;
}
