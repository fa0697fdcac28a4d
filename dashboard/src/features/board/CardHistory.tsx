/** What happened to a card, the newest first. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Card, CardColumn, CardHistoryEntry, Stage } from "@/api/types";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Page";
import { Trouble } from "@/components/Trouble";
import { Ago } from "@/components/times";
import { textOf } from "@/lib/logRows";
import { historyOptions } from "./api";
import classes from "./CardHistory.module.css";

export function CardHistory({ card }: { card: Card }) {
  const { t } = useTranslation();
  const query = useQuery(historyOptions(card.key));
  const say = useHistoryText();
  return (
    <Section title={t("card.history")}>
      {query.isPending ? <Loading rows={3} height={24} /> : null}
      {query.isError ? <Trouble error={query.error} retry={() => void query.refetch()} /> : null}
      <ol className={classes.history}>
        {query.data?.filter(isNews).map((entry) => (
          <li key={entry.id}>
            <span>{say(entry)}</span>{" "}
            <span className="meta">
              {entry.by === "system" ? "" : t("card.by", { who: entry.by })} <Ago at={entry.at} />
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** Which turn a stage became stands among its runs. */
const isNews = ({ kind }: CardHistoryEntry): boolean => kind !== "run.turn";

const KNOWN = [
  "card_created",
  "card_changed",
  "card_moved",
  "card_image_added",
  "card_image_removed",
  "run_queued",
  "run_started",
  "run_stage",
  "run_stage_ended",
  "run_plan_decided",
  "run_cancelling",
  "run_spec",
  "run_commented",
  "run_ended",
  "run_settled",
] as const;

function useHistoryText(): (entry: CardHistoryEntry) => string {
  const { t } = useTranslation();
  return ({ kind, details }) => {
    const name = KNOWN.find((each) => each === kind.replace(".", "_"));
    if (!name) return kind;
    const column = (value: unknown) =>
      value ? t(`column.${textOf(value) as CardColumn}`, { defaultValue: textOf(value) }) : "";
    const stage = details.stage ? t(`stage.${textOf(details.stage) as Stage}`) : "";
    const state = textOf(details.state ?? details.result ?? details.settlement ?? details.decision);
    return t(`cardEvent.${name}`, {
      column: column(details.column),
      from: column(details.from),
      stage,
      state: state ? t(`cardEnd.${state as "passed"}`, { defaultValue: state }) : "",
      what: changedWords(details.changed),
    }).trim();
  };
}

const changedWords = (changed: unknown): string =>
  Array.isArray(changed) ? changed.map((each) => String(each).replaceAll("_", " ")).join(", ") : "";
