/** A look at a turn without leaving the page: what was asked, what was answered, its log. */
import { modals } from "@mantine/modals";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import type { Turn } from "@/api/types";
import { Loading } from "@/components/Loading";
import { LogView } from "@/components/log/LogView";
import { Markdown } from "@/components/Markdown";
import { Trouble } from "@/components/Trouble";
import { placeOf } from "@/lib/places";
import { turnOptions } from "./api";
import classes from "./Peek.module.css";

function Peek({ id }: { id: string }) {
  const query = useQuery(turnOptions(id));
  if (query.isPending) return <Loading rows={2} height={80} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const turn = query.data;
  const running = turn.state === "running";
  return (
    <div className={classes.peek}>
      <pre className={classes.prompt}>{turn.prompt}</pre>
      {turn.failure ? (
        <p data-tone="failed" className={classes.failure}>
          {turn.failure.message}
        </p>
      ) : null}
      {turn.answer ? <Markdown text={turn.answer} /> : null}
      {turn.answer ? null : <LogView turnId={id} running={running} compact />}
    </div>
  );
}

export function openPeek(turn: Turn, t: TFunction): void {
  modals.open({
    title: `${placeOf(turn)} #${turn.number}`,
    size: "xl",
    closeButtonProps: { "aria-label": t("action.close") },
    children: <Peek id={turn.id} />,
  });
}
