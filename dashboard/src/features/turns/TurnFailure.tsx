/** Why a turn has no answer (yet): what happened, what was done about it, what a person can do. */
import { Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { FullTurn } from "@/api/types";
import { Said } from "@/components/Said";
import { Shape } from "@/components/Sign";
import { Remaining } from "@/components/times";
import { turnTone } from "@/lib/signs";
import { ReleaseButton } from "./ReleaseButton";
import { TurnButtons } from "./TurnButtons";
import classes from "./TurnFailure.module.css";

const waitsForBudget = (turn: FullTurn): boolean =>
  turn.state === "parked" && turn.failure?.kind === "budget";

function adviceOf(turn: FullTurn) {
  if (turn.state === "failed") return "failure.retryKeepsNumber" as const;
  return waitsForBudget(turn) ? ("failure.budget" as const) : ("failure.waits" as const);
}

export function TurnFailure({ turn }: { turn: FullTurn }) {
  const { t } = useTranslation();
  if (!turn.failure) return null;
  const tone = turnTone(turn.state);
  return (
    <section data-tone={tone} className={classes.failure} aria-label={t("failure.title")}>
      <Shape tone={tone} size={16} />
      <dl className={classes.parts}>
        <dt>{t("failure.happened")}</dt>
        <dd className={classes.message}>
          <Said text={turn.failure.message} />
        </dd>
        <dt>{t("failure.done")}</dt>
        <dd>
          {t("failure.attempts", { count: turn.attempts })}{" "}
          {turn.retry_at ? (
            <>
              {t("failure.next")} <Remaining to={turn.retry_at} />
            </>
          ) : null}
        </dd>
        <dt>{t("failure.canDo")}</dt>
        <dd>
          <p>{t(adviceOf(turn))}</p>
          <Group gap={8}>
            <TurnButtons turn={turn} />
            {waitsForBudget(turn) ? <ReleaseButton turnId={turn.id} /> : null}
          </Group>
        </dd>
      </dl>
    </section>
  );
}
