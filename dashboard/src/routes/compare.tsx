/** Two turns beside each other: what was asked, what was answered, what it took; or only what differs. */
import { SegmentedControl } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useQueries } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { FullTurn } from "@/api/types";
import { Diff } from "@/components/code/Diff";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Markdown } from "@/components/Markdown";
import { Page, Section } from "@/components/Page";
import { TurnSign } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import { turnOptions } from "@/features/turns/api";
import { TurnFacts } from "@/features/turns/TurnFacts";
import { NotFound } from "@/frame/NotFound";
import { isMissing } from "@/lib/client";
import { placeOf } from "@/lib/places";
import classes from "./compare.module.css";

const route = getRouteApi("/compare");

export function CompareRoom() {
  const { t } = useTranslation();
  const { a = "", b = "" } = route.useSearch();
  const queries = useQueries({ queries: [turnOptions(a), turnOptions(b)] });
  const [first, second] = queries;
  const error = first.error ?? second.error;
  if (!a || !b || isMissing(error)) return <NotFound />;
  return (
    <Page title={t("compare.title")} lead={<p className="meta">{t("compare.about")}</p>}>
      {error ? (
        <Trouble error={error} retry={() => queries.forEach((query) => void query.refetch())} />
      ) : first.data && second.data ? (
        <Compared turns={[first.data, second.data]} />
      ) : (
        <Loading rows={2} height={200} />
      )}
    </Page>
  );
}

const VIEWS = ["beside", "changes"] as const;

function Compared({ turns }: { turns: readonly [FullTurn, FullTurn] }) {
  const { t } = useTranslation();
  const [view, setView] = useLocalStorage<(typeof VIEWS)[number]>({
    key: "sempre.compare",
    defaultValue: "beside",
    getInitialValueInEffect: false,
  });
  const [first, second] = turns;
  return (
    <>
      <div className={classes.columns}>
        {turns.map((turn) => (
          <Asked key={turn.id} turn={turn} />
        ))}
      </div>
      <Section
        title={t("compare.answers")}
        aside={
          <SegmentedControl
            size="xs"
            aria-label={t("compare.view")}
            value={view}
            onChange={(value) => setView(value as typeof view)}
            data={VIEWS.map((value) => ({ value, label: t(`compare.${value}`) }))}
          />
        }
      >
        {view === "changes" ? (
          <Diff
            before={first.answer ?? ""}
            after={second.answer ?? ""}
            language="markdown"
            label={t("compare.changes")}
            numbers
          />
        ) : (
          <div className={classes.columns}>
            {turns.map((turn) => (
              <div key={turn.id} className={`card ${classes.answer}`}>
                {turn.answer ? (
                  <Markdown text={turn.answer} />
                ) : (
                  <Empty title={turn.failure?.message ?? t("compare.noAnswer")} />
                )}
              </div>
            ))}
          </div>
        )}
      </Section>
    </>
  );
}

function Asked({ turn }: { turn: FullTurn }) {
  return (
    <section className={classes.asked} aria-label={`${placeOf(turn)} #${turn.number}`}>
      <h2 className={classes.head}>
        <TurnSign state={turn.state} bare />
        <Link to="/turns/$id" params={{ id: turn.id }} className={classes.link}>
          {placeOf(turn)} <span className="figure">#{turn.number}</span>
        </Link>
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long prompt is scrolled with the keyboard */}
      <pre className={`card ${classes.prompt}`} tabIndex={0}>
        {turn.prompt}
      </pre>
      <TurnFacts turn={turn} />
    </section>
  );
}
