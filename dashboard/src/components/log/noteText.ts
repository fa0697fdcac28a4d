/** Events of a turn as sentences of the reader's language. */
import type { ParseKeys } from "i18next";
import { useTranslation } from "react-i18next";
import * as format from "@/lib/format";
import { useLocale } from "@/lib/i18n";
import { type NoteRow, numberOf, type Row, textOf } from "@/lib/logRows";
import { noteText, rowText } from "@/lib/rowText";
import { stripAnsi } from "./Ansi";

const SENTENCES: Record<string, ParseKeys> = {
  "turn.accepted": "event.accepted",
  "turn.started": "event.started",
  "turn.retrying": "event.retrying",
  "turn.usage": "event.usage",
  "turn.retried": "event.retried",
  "turn.purged": "event.purged",
  "session.reset": "event.sessionReset",
  "session.adopted": "event.sessionAdopted",
  "turn.published": "event.published",
  "turn.waiting": "event.waiting",
  "turn.interrupted": "event.interrupted",
  "turn.released": "event.budgetReleased",
  "approval.asked": "event.asked",
  "approval.released": "event.letThrough",
  "approval.expired": "event.expired",
  "approval.withdrawn": "event.withdrawn",
  "approval.covered": "event.covered",
  "approval.unattended": "event.unattended",
  "session.started": "event.sessionStarted",
  "session.resumed": "event.sessionResumed",
  "session.lost": "event.sessionLost",
  "session.stopped": "event.sessionStopped",
};

export function useNoteText(): (row: NoteRow) => string {
  const { t } = useTranslation();
  const locale = useLocale();
  return (row) => {
    const { details } = row;
    if (row.event === "turn.ended") {
      const failure = details.failure as { message?: unknown } | null | undefined;
      const state = textOf(details.state) as "answered" | "failed" | "cancelled";
      const ended = t(`event.ended.${state}`, { defaultValue: textOf(details.state) });
      return [ended, textOf(failure?.message)].filter(Boolean).join(": ");
    }
    const rest = noteText(details);
    if (row.event === "approval.decided") {
      const decision = textOf(details.decision) as "approve" | "approve_turn" | "refuse";
      const said = t(`event.decided.${decision}`, { who: textOf(details.by) });
      return [said, textOf(details.reason)].filter(Boolean).join(": ");
    }
    const sentence = SENTENCES[row.event];
    if (!sentence) return row.event === "turn.note" ? rest : `${row.event} ${rest}`.trim();
    const money = numberOf(details.cost_micros);
    const amount = (name: string) => format.tokens(numberOf(details[name]) ?? 0, locale);
    return t(sentence, {
      attempt: numberOf(details.attempt) ?? 1,
      number: numberOf(details.number) ?? 0,
      seconds: format.duration((numberOf(details.in_seconds) ?? 0) * 1000, locale),
      message: rest,
      where: textOf(details.where),
      what: textOf(details.headline),
      who: textOf(details.by),
      extra: format.money(numberOf(details.extra_micros) ?? 0, locale),
      model: textOf(details.model),
      input: amount("input_tokens"),
      output: amount("output_tokens"),
      cost: money === null ? t("money.unknown") : format.money(money, locale),
      session: textOf(details.session_id).slice(0, 8),
    } as Record<string, string | number>) as string;
  };
}

/** A row as the reader sees it: what search looks through and copying gives. */
export function useRowText(): (row: Row) => string {
  const say = useNoteText();
  return (row) => (row.kind === "note" ? say(row) : stripAnsi(rowText(row)));
}
