/** The facts of a turn, in pairs: where from, which model, how long, how much, where its answer lies. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { FullTurn } from "@/api/types";
import { CopyButton } from "@/components/Copy";
import { Money, Tokens } from "@/components/figures";
import { Ago, Elapsed, Took } from "@/components/times";
import classes from "./TurnFacts.module.css";

/** What a turn's origin may name, by channel; what has no word yet is shown under its own name. */
const ORIGINS = { file: true, schedule: true, stage: true, via: true };
type Origin = keyof typeof ORIGINS;
/** Names that only the server needs. */
const INTERNAL = new Set(["claim", "position", "request_id", "run"]);

export function TurnFacts({ turn }: { turn: FullTurn }) {
  const { t } = useTranslation();
  const { usage } = turn;
  return (
    <dl className={`card ${classes.facts}`}>
      {turn.worker ? (
        <Fact label={t("turn.worker")}>
          <Link to="/workers/$name" params={{ name: turn.worker }} className={classes.link}>
            {turn.worker}
          </Link>
        </Fact>
      ) : null}
      <Fact label={t("turn.received")}>
        <Ago at={turn.received_at} />
      </Fact>
      {turn.started_at ? (
        <Fact label={t("turn.took")}>
          {turn.finished_at ? (
            <Took from={turn.started_at} to={turn.finished_at} />
          ) : (
            <Elapsed from={turn.started_at} />
          )}
        </Fact>
      ) : null}
      <Fact label={t("turn.cost")}>
        <Money micros={turn.cost_micros} />
      </Fact>
      <Fact label={t("turn.tokens")}>
        <Tokens count={usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens} />{" "}
        {t("turn.in")} · <Tokens count={usage.output_tokens} /> {t("turn.out")}
      </Fact>
      {turn.model ? (
        <Fact label={t("turn.model")}>
          <span className="mono">{turn.model}</span>
        </Fact>
      ) : null}
      {turn.session_id ? (
        <Fact label={t("turn.session")}>
          <span className="mono" title={turn.session_id}>
            {turn.session_id.slice(0, 8)}
          </span>
          <CopyButton text={turn.session_id} label={t("turn.copySession")} />
        </Fact>
      ) : null}
      {Object.entries(turn.origin)
        .filter(([name]) => !INTERNAL.has(name))
        .map(([name, value]) => (
          <Fact key={name} label={name in ORIGINS ? t(`origin.${name as Origin}`) : name}>
            <span className="mono one-line" title={value}>
              {value}
            </span>
          </Fact>
        ))}
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt className="meta">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
