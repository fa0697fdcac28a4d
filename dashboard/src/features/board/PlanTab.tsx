/** The plan: what the first stage wrote, rendered; while it waits, the decision beside it. */
import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Card } from "@/api/types";
import { useTell } from "@/components/asking";
import { Copyable } from "@/components/Copy";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Markdown } from "@/components/Markdown";
import { Trouble } from "@/components/Trouble";
import { specOptions } from "./api";
import classes from "./Overview.module.css";
import { useApprovePlan } from "./runDeeds";
import { SendBack } from "./SendBack";
import standing from "./Standing.module.css";
import { waitsForPlan } from "./stages";
import type { CardTab } from "./tabs";

interface PlanTabProps {
  card: Card;
  onTab: (tab: CardTab, run?: string) => void;
}

export function PlanTab({ card, onTab }: PlanTabProps) {
  const { t } = useTranslation();
  const query = useQuery(specOptions(card.key));
  if (query.isPending) return <Loading rows={6} height={28} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const { path, text } = query.data;
  return (
    <>
      {waitsForPlan(card.run) ? <Decision card={card} onDone={() => onTab("overview")} /> : null}
      {path ? <Copyable text={path} label={t("card.copyPath")} /> : null}
      {text?.trim() ? (
        <div className={`card ${classes.words}`}>
          <Markdown text={text} />
        </div>
      ) : (
        <Empty title={t(path ? "card.planGone" : "card.noPlan")} />
      )}
    </>
  );
}

function Decision({ card, onDone }: { card: Card; onDone: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const approve = useApprovePlan(card.key);
  const [back, setBack] = useState(false);
  const said = tell(t("card.planApproved"));
  return (
    <section data-tone="waiting" className={standing.standing} aria-label={t("card.planWaits")}>
      <p>{t("card.about.plan")}</p>
      <Group gap={8}>
        <Button
          size="xs"
          color="teal.9"
          loading={approve.isPending}
          onClick={() =>
            approve.mutate(undefined, {
              ...said,
              onSuccess: () => {
                said.onSuccess();
                onDone();
              },
            })
          }
        >
          {t("card.approvePlan")}
        </Button>
        <Button size="xs" variant="default" onClick={() => setBack(!back)}>
          {t("card.sendBack")}
        </Button>
      </Group>
      {back ? <SendBack card={card} onDone={onDone} /> : null}
    </section>
  );
}
