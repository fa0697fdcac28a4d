/** A worker's memory: which session, how old, how many turns, what it took. */
import { useTranslation } from "react-i18next";
import type { Worker } from "@/api/types";
import { Copyable } from "@/components/Copy";
import { Count, Money, Tokens } from "@/components/figures";
import { Ago } from "@/components/times";
import { Fact, Panel } from "./Panel";

export function SessionPanel({ worker }: { worker: Worker }) {
  const { t } = useTranslation();
  const { session } = worker;
  return (
    <Panel title={t("session.title")}>
      {session ? (
        <>
          <Copyable text={session.id} label={t("session.copy")} />
          <dl>
            <Fact label={t("session.started")}>
              <Ago at={session.created_at} />
            </Fact>
            <Fact label={t("session.turns")}>
              <Count value={session.turns} />
            </Fact>
            <Fact label={t("session.tokens")}>
              <Tokens count={session.input_tokens} /> {t("turn.in")} ·{" "}
              <Tokens count={session.output_tokens} /> {t("turn.out")}
            </Fact>
            <Fact label={t("session.cost")}>
              <Money micros={session.cost_micros} />
            </Fact>
          </dl>
        </>
      ) : (
        <p className="meta">{t("session.none")}</p>
      )}
    </Panel>
  );
}
