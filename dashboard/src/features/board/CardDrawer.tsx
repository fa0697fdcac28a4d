/** A card in full, from the right: what stands on it, its plan, its log, what it changed, its runs. */
import { Button, CloseButton, Drawer, Tabs } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Board, Card, CardSummary } from "@/api/types";
import { CopyButton } from "@/components/Copy";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import { isMissing } from "@/lib/client";
import { cardOptions } from "./api";
import classes from "./CardDrawer.module.css";
import { CardMenu } from "./CardMenu";
import { DiffTab } from "./DiffTab";
import { LogTab } from "./LogTab";
import { Overview } from "./Overview";
import { PlanTab } from "./PlanTab";
import { RunSign } from "./RunStanding";
import { RunsTab } from "./RunsTab";
import { StageBar } from "./StageBar";
import { type CardTab, TABS } from "./tabs";

export interface CardDrawerProps {
  cardKey: string;
  board: Board;
  cards: readonly CardSummary[];
  tab: CardTab;
  /** An earlier run, whose log or diff is looked at. */
  run: string | undefined;
  line: number | undefined;
  onTab: (tab: CardTab, run?: string) => void;
  onClose: () => void;
}

export default function CardDrawer(props: CardDrawerProps) {
  const { cardKey, board, onClose } = props;
  const { t } = useTranslation();
  const narrow = useMediaQuery("(max-width: 900px)", undefined, { getInitialValueInEffect: false });
  const query = useQuery(cardOptions(cardKey));
  return (
    <Drawer
      opened
      onClose={() => (isCovered() ? undefined : onClose())}
      position="right"
      size={narrow ? "100%" : "60%"}
      withCloseButton={false}
      padding={0}
      transitionProps={{ duration: 120 }}
      classNames={{ content: "over", body: classes.body ?? "" }}
      attributes={{ content: { "aria-label": cardKey, "data-card-drawer": cardKey } }}
    >
      {query.data && query.data.board !== board.id ? (
        <Navigate to="/board/$board" params={{ board: query.data.board }} search={true} replace />
      ) : query.data ? (
        <Parts {...props} card={query.data} />
      ) : (
        <div className={classes.pane}>
          <Close onClose={onClose} />
          {query.isPending ? (
            <Loading rows={4} height={72} />
          ) : isMissing(query.error) ? (
            <Empty title={t("card.gone", { card: cardKey })}>
              <Button size="xs" variant="default" onClick={onClose}>
                {t("card.toBoard")}
              </Button>
            </Empty>
          ) : (
            <Trouble error={query.error} retry={() => void query.refetch()} />
          )}
        </div>
      )}
    </Drawer>
  );
}

/** Escape closes what lies over the card, not the card with it. */
const isCovered = (): boolean =>
  document.querySelector('[role="dialog"]:not([data-card-drawer])') !== null;

function Close({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return <CloseButton aria-label={t("action.close")} onClick={onClose} className={classes.close} />;
}

function Parts({ card, tab, onTab, onClose, ...shown }: CardDrawerProps & { card: Card }) {
  const { t } = useTranslation();
  return (
    <Tabs
      value={tab}
      onChange={(value) => value && onTab(value as CardTab)}
      keepMounted={false}
      className={classes.parts}
    >
      <div className={classes.head}>
        <div className={classes.title}>
          <p className={classes.line}>
            <span className="mono meta">{card.key}</span>
            <CopyButton text={() => location.href} label={t("card.copyLink")} />
            <span className="meta">{t(`column.${card.column}`)}</span>
            {card.run ? <RunSign run={card.run} /> : null}
          </p>
          <h2>{card.title}</h2>
        </div>
        <div className={classes.actions}>
          <CardMenu card={card} opened />
          <Close onClose={onClose} />
        </div>
      </div>
      {card.run ? (
        <div className={classes.stages}>
          <StageBar run={card.run} />
        </div>
      ) : null}
      <Tabs.List className={classes.tabs}>
        {TABS.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {t(`card.tab.${each}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map((each) => (
        <Tabs.Panel key={each} value={each} className={classes.pane}>
          {each === tab ? <Pane card={card} tab={tab} onTab={onTab} {...shown} /> : null}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

type PaneProps = Omit<CardDrawerProps, "cardKey" | "onClose"> & { card: Card };

function Pane({ card, board, cards, tab, run, line, onTab }: PaneProps) {
  const { t } = useTranslation();
  const shown = run ?? card.run?.id;
  if (tab === "overview") return <Overview card={card} board={board} cards={cards} onTab={onTab} />;
  if (tab === "plan") return <PlanTab card={card} onTab={onTab} />;
  if (!shown) return <Empty title={t("card.neverRan")} />;
  if (tab === "runs") return <RunsTab card={card} chosen={shown} onTab={onTab} />;
  if (tab === "log")
    return <LogTab key={shown} card={card} runId={shown} line={line} onTab={onTab} />;
  return <DiffTab key={shown} card={card} runId={shown} onTab={onTab} />;
}
