/** One turn in full: what was asked, what was answered, what happened in between. */
import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { FullTurn } from "@/api/types";
import { CopyButton } from "@/components/Copy";
import { Loading } from "@/components/Loading";
import { LogView } from "@/components/log/LogView";
import { Markdown } from "@/components/Markdown";
import { Page, Section } from "@/components/Page";
import { TurnSign } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import { TurnApprovals } from "@/features/approvals/TurnApprovals";
import { Attempts } from "@/features/turns/Attempts";
import { turnOptions } from "@/features/turns/api";
import { TurnButtons } from "@/features/turns/TurnButtons";
import { TurnFacts } from "@/features/turns/TurnFacts";
import { TurnFailure } from "@/features/turns/TurnFailure";
import { NotFound } from "@/frame/NotFound";
import { isMissing } from "@/lib/client";
import { placeOf } from "@/lib/places";
import classes from "./turn.module.css";

const route = getRouteApi("/turns/$id");

export function TurnRoom() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const query = useQuery(turnOptions(id));
  if (query.isPending) {
    return (
      <Page title={t("turn.title")}>
        <Loading rows={3} height={120} />
      </Page>
    );
  }
  if (isMissing(query.error)) return <NotFound />;
  if (!query.data) {
    return (
      <Page title={t("turn.title")}>
        <Trouble error={query.error} retry={() => void query.refetch()} />
      </Page>
    );
  }
  return <TurnParts key={id} turn={query.data} />;
}

function TurnParts({ turn }: { turn: FullTurn }) {
  const { t } = useTranslation();
  const { line } = route.useSearch();
  const title = `${placeOf(turn)} #${turn.number}`;
  const running = turn.state === "running";
  return (
    <Page
      title={title}
      lead={<TurnSign state={turn.state} />}
      actions={turn.failure ? undefined : <TurnButtons turn={turn} />}
    >
      {turn.state === "waiting" ? <TurnApprovals turnId={turn.id} /> : null}
      <TurnFailure turn={turn} />
      <TurnFacts turn={turn} />
      <Section
        title={t("turn.prompt")}
        aside={<CopyButton text={turn.prompt} label={t("turn.copyPrompt")} />}
      >
        <div className={`card ${classes.words}`}>
          <pre className={classes.prompt}>{turn.prompt}</pre>
        </div>
      </Section>
      {turn.answer ? (
        <Section
          title={t("turn.answer")}
          aside={<CopyButton text={turn.answer} label={t("turn.copyAnswer")} />}
        >
          <div className={`card ${classes.words}`}>
            <Markdown text={turn.answer} />
          </div>
        </Section>
      ) : null}
      <Section
        title={t("log.title")}
        aside={running ? <Loader size="xs" type="dots" aria-hidden /> : undefined}
      >
        <LogView turnId={turn.id} running={running} line={line} linkTo={lineLink} />
      </Section>
      {turn.attempt_log.length > 1 || turn.failure ? (
        <Section title={t("attempt.title")} count={turn.attempt_log.length}>
          <Attempts attempts={turn.attempt_log} />
        </Section>
      ) : null}
      <CardLink channel={turn.channel} />
      {turn.worker ? (
        <p className="meta">
          <Link to="/workers/$name" params={{ name: turn.worker }} className={classes.back}>
            {t("turn.allOf", { worker: turn.worker })}
          </Link>
        </p>
      ) : null}
    </Page>
  );
}

/** A stage of a card is a turn on the card's channel: `board:shop/SHOP-12`. */
function CardLink({ channel }: { channel: string }) {
  const { t } = useTranslation();
  const [, board, card] = /^board:([^/]+)\/(.+)$/.exec(channel) ?? [];
  if (!board || !card) return null;
  return (
    <p className="meta">
      <Link to="/board/$board" params={{ board }} search={{ card }} className={classes.back}>
        {t("turn.ofCard", { card })}
      </Link>
    </p>
  );
}

function lineLink(seq: number): string {
  const address = new URL(location.href);
  address.search = `?line=${seq}`;
  return address.href;
}
