/** Writing a card: a new one, or one that is there; kept unsaved when one leaves. */
import { Button, Group, Modal } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Card, CardColumn, CardSummary } from "@/api/types";
import { useTell } from "@/components/asking";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import type { ApiError } from "@/lib/client";
import { cardOptions } from "./api";
import { CardFields } from "./CardFields";
import classes from "./CardForm.module.css";
import {
  type CardDraft,
  changeOf,
  draftOf,
  isSame,
  isTitle,
  mergedOver,
  NEW_CARD,
  newCardOf,
} from "./cardDraft";
import { useAddImages, useCreateCard, useEditCard } from "./deeds";
import { ImageField, NewImages } from "./ImageField";

interface CardFormProps {
  board: string;
  column: CardColumn;
  /** Those it may depend on. */
  cards: readonly CardSummary[];
  /** Without it: a new one. */
  editing?: string | undefined;
  onDone: (key: string) => void;
  onClose: () => void;
}

export default function CardForm(props: CardFormProps) {
  const { t } = useTranslation();
  const narrow = useMediaQuery("(max-width: 640px)");
  const { editing, onClose } = props;
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      fullScreen={narrow ?? false}
      title={editing ? t("card.editTitle", { card: editing }) : t("card.new")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {editing ? <Known {...props} editing={editing} /> : <Fresh {...props} />}
    </Modal>
  );
}

function useKept<T>(name: string) {
  return useLocalStorage<T | null>({
    key: `sempre.card.${name}`,
    defaultValue: null,
    getInitialValueInEffect: false,
  });
}

function Fresh({ board, column, cards, onDone, onClose }: CardFormProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const [kept, setKept, forget] = useKept<CardDraft>(`new.${board}`);
  const [files, setFiles] = useState<readonly File[]>([]);
  /** The card is there; its pictures may not be yet. */
  const [made, setMade] = useState<string>();
  const create = useCreateCard();
  const add = useAddImages();
  const draft = kept ?? NEW_CARD;
  const attach = (key: string) => {
    if (files.length === 0) onDone(key);
    else add.mutate({ key, files }, { onSuccess: () => onDone(key) });
  };
  const submit = () =>
    create.mutate(newCardOf(draft, board, column), {
      onSuccess: ({ key }) => {
        forget();
        setMade(key);
        tell(t("card.created", { card: key })).onSuccess();
        attach(key);
      },
    });
  return (
    <Sheet
      error={create.error ?? add.error}
      pending={create.isPending || add.isPending}
      ready={made !== undefined || isTitle(draft.title)}
      changed={kept !== null}
      label={t(made ? "card.attachAgain" : "card.create")}
      onSubmit={() => (made ? attach(made) : submit())}
      onDiscard={() => forget()}
      onClose={onClose}
    >
      <CardFields draft={draft} cards={cards} onChange={(part) => setKept({ ...draft, ...part })} />
      <NewImages files={files} onChange={setFiles} />
    </Sheet>
  );
}

interface KeptEdit {
  version: number;
  /** What it was made from: only what differs from it is a person's own. */
  before: CardDraft;
  draft: CardDraft;
}

function Known({ editing, ...props }: CardFormProps & { editing: string }) {
  const query = useQuery(cardOptions(editing));
  if (query.isPending) return <Loading rows={4} height={56} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return <Edit card={query.data} {...props} />;
}

function Edit({ card, cards, onDone, onClose }: Omit<CardFormProps, "editing"> & { card: Card }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [kept, setKept, forget] = useKept<KeptEdit>(card.key);
  const edit = useEditCard(card.key);
  const saved = draftOf(card);
  const draft = kept?.draft ?? saved;
  const before = kept?.before ?? saved;
  const version = kept?.version ?? card.version;
  const changed = kept !== null && !isSame(draft, before);
  const conflict =
    changed && (version !== card.version || (edit.error as ApiError | null)?.status === 409);
  const submit = () =>
    edit.mutate(changeOf(draft, before, version), {
      onSuccess: () => {
        forget();
        tell(t("card.saved", { card: card.key })).onSuccess();
        onDone(card.key);
      },
    });
  return (
    <Sheet
      error={conflict ? null : edit.error}
      pending={edit.isPending}
      ready={changed && !conflict && isTitle(draft.title)}
      changed={changed}
      label={t("action.save")}
      onSubmit={submit}
      onDiscard={() => {
        forget();
        edit.reset();
      }}
      onClose={onClose}
    >
      <CardFields
        draft={draft}
        cards={cards.filter((each) => each.id !== card.id)}
        onChange={(part) => setKept({ version, before, draft: { ...draft, ...part } })}
      />
      <ImageField card={card.key} />
      {conflict ? (
        <div data-tone="waiting" className={classes.conflict} role="alert">
          <p>{t("card.editConflict", { who: card.changedBy })}</p>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              edit.reset();
              const merged = mergedOver(saved, draft, before);
              setKept({ version: card.version, before: saved, draft: merged });
            }}
          >
            {t("card.keepMine")}
          </Button>
        </div>
      ) : null}
    </Sheet>
  );
}

interface SheetProps {
  error: unknown;
  pending: boolean;
  ready: boolean;
  changed: boolean;
  label: string;
  onSubmit: () => void;
  onDiscard: () => void;
  onClose: () => void;
  children: React.ReactNode;
}

function Sheet({ error, pending, ready, changed, label, children, ...on }: SheetProps) {
  const { t } = useTranslation();
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !pending) on.onSubmit();
      }}
    >
      {children}
      {error ? <Trouble error={error} /> : null}
      <Group gap={8} className={classes.foot}>
        <Button type="submit" loading={pending} disabled={!ready}>
          {label}
        </Button>
        <Button variant="default" disabled={!changed} onClick={on.onDiscard}>
          {t("card.discard")}
        </Button>
        <Button variant="default" onClick={on.onClose}>
          {t("action.close")}
        </Button>
        {changed ? <span className="meta">{t("card.unsaved")}</span> : null}
      </Group>
    </form>
  );
}
