/** What becomes of the work of a run that has ended: merged, sent back, brought up to date, thrown away. */
import { Button } from "@mantine/core";
import { IconGitMerge } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Board, Card } from "@/api/types";
import { useConfirm, useTell } from "@/components/asking";
import { Trouble } from "@/components/Trouble";
import { useDiscard, useMerge, useRebase } from "./runDeeds";
import classes from "./Standing.module.css";
import { waitsForMerge } from "./stages";

export function BackButton({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation();
  return (
    <Button size="xs" variant="default" onClick={onBack}>
      {t("card.sendBack")}
    </Button>
  );
}

interface WorkButtonsProps {
  card: Card;
  board: Board;
  onBack: () => void;
  /** Leads to what it changed. */
  onRead: () => void;
}

/** There is a branch that nobody has merged or thrown away. */
export function WorkButtons({ card, board, onBack, onRead }: WorkButtonsProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const confirm = useConfirm();
  const merge = useMerge(card.key);
  const rebase = useRebase(card.key);
  const discard = useDiscard(card.key);
  const names = { branch: card.branch ?? "", base: board.base };
  const error = merge.error ?? rebase.error ?? discard.error;
  const reset = () => {
    for (const each of [merge, rebase, discard]) each.reset();
  };
  const waits = waitsForMerge(card.run);
  const done = (words: string) => ({ onSuccess: tell(words).onSuccess });
  return (
    <>
      {waits ? (
        <Button
          size="xs"
          color="teal.9"
          leftSection={<IconGitMerge size={14} />}
          loading={merge.isPending}
          onClick={() => {
            reset();
            confirm({
              title: t("card.mergeTitle", { card: card.key }),
              effect: t("card.mergeEffect", { ...names, repository: board.repository }),
              confirm: t("card.merge"),
              grave: false,
              onConfirm: () => merge.mutate(undefined, done(t("card.merged", names))),
            });
          }}
        >
          {t("card.merge")}
        </Button>
      ) : null}
      {waits ? (
        <Button size="xs" variant="default" onClick={onRead}>
          {t("card.readDiff")}
        </Button>
      ) : null}
      {waits ? <BackButton onBack={onBack} /> : null}
      <Button
        size="xs"
        variant="default"
        title={t("card.rebaseWhy", names)}
        loading={rebase.isPending}
        onClick={() => {
          reset();
          rebase.mutate(undefined, done(t("card.rebased", names)));
        }}
      >
        {t("card.rebase")}
      </Button>
      <Button
        size="xs"
        variant="default"
        loading={discard.isPending}
        onClick={() => {
          reset();
          confirm({
            title: t("card.discardTitle", { card: card.key }),
            effect: t("card.discardEffect", names),
            confirm: t("card.discardWork"),
            onConfirm: () => discard.mutate(undefined, done(t("card.discarded"))),
          });
        }}
      >
        {t("card.discardWork")}
      </Button>
      {error ? (
        <div className={classes.trouble}>
          <Trouble error={error} />
        </div>
      ) : null}
    </>
  );
}
