/** A board's settings, or a new board: saved explicitly, kept unsaved when one leaves. */
import { Button, Group, Modal } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Board } from "@/api/types";
import { useConfirm, useTell } from "@/components/asking";
import { Trouble } from "@/components/Trouble";
import type { ApiError } from "@/lib/client";
import { findingsOptions } from "./api";
import { BoardFields } from "./BoardFields";
import classes from "./BoardForm.module.css";
import { BoardTrust } from "./BoardTrust";
import {
  type BoardDraft,
  draftOf,
  isSame,
  NEW_BOARD,
  newWishOf,
  wishOf,
  wrongFields,
} from "./boardDraft";
import { useChangeBoard, useCreateBoard, useDeleteBoard } from "./deeds";

interface BoardFormProps {
  /** Without it: a new one. */
  board?: Board | undefined;
  /** Its id; undefined when it was deleted. */
  onDone: (board: string | undefined) => void;
  onClose: () => void;
}

interface Kept {
  /** What it was made from: somebody else may have changed it meanwhile. */
  version: number;
  draft: BoardDraft;
}

export default function BoardForm({ board, onDone, onClose }: BoardFormProps) {
  const { t } = useTranslation();
  const narrow = useMediaQuery("(max-width: 640px)");
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      fullScreen={narrow ?? false}
      title={board ? t("boards.settings", { board: board.name }) : t("boards.new")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <Form board={board} onDone={onDone} onClose={onClose} />
    </Modal>
  );
}

function Form({ board, onDone, onClose }: BoardFormProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const [kept, setKept, forget] = useLocalStorage<Kept | null>({
    key: `sempre.board.${board?.id ?? "new"}`,
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  const create = useCreateBoard();
  const change = useChangeBoard(board?.id ?? "");
  const save = board ? change : create;
  const findings = useQuery({ ...findingsOptions(board?.id ?? ""), enabled: board !== undefined });
  const saved = board ? draftOf(board) : NEW_BOARD;
  const draft = kept?.draft ?? saved;
  const version = kept?.version ?? board?.version ?? 0;
  const changed = kept !== null && !isSame(draft, saved);
  const wrong = wrongFields(draft, !board);
  const error = save.error as ApiError | null;
  const conflict =
    changed && (version !== (board?.version ?? 0) || error?.code === "version_conflict");
  const done = (made: Board) => {
    forget();
    tell(t("boards.saved", { board: made.name })).onSuccess();
    onDone(made.id);
  };
  const submit = () => {
    if (board) change.mutate({ ...wishOf(draft), version }, { onSuccess: done });
    else create.mutate(newWishOf(draft), { onSuccess: done });
  };
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (changed && wrong.length === 0 && !conflict) submit();
      }}
    >
      <BoardFields
        draft={draft}
        wrong={changed ? wrong : []}
        fresh={!board}
        findings={findings.data ?? []}
        onChange={(part) => setKept({ version, draft: { ...draft, ...part } })}
      />
      {board ? <BoardTrust board={board.id} /> : null}
      {conflict ? (
        <p data-tone="waiting" className={classes.conflict} role="alert">
          {t("boards.conflict")}
        </p>
      ) : error ? (
        <Trouble error={error} />
      ) : null}
      <Group gap={8} className={classes.foot}>
        <Button
          type="submit"
          loading={save.isPending}
          disabled={!changed || wrong.length > 0 || conflict}
        >
          {t(board ? "action.save" : "boards.create")}
        </Button>
        <Button
          variant="default"
          disabled={!changed}
          onClick={() => {
            forget();
            save.reset();
          }}
        >
          {t("boards.discard")}
        </Button>
        <Button variant="default" onClick={onClose}>
          {t("action.close")}
        </Button>
        {changed ? <span className="meta">{t("boards.unsaved")}</span> : null}
        {board ? <DeleteButton board={board} onDeleted={() => onDone(undefined)} /> : null}
      </Group>
    </form>
  );
}

function DeleteButton({ board, onDeleted }: { board: Board; onDeleted: () => void }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const tell = useTell();
  const remove = useDeleteBoard(board.id);
  const ask = () =>
    confirm({
      title: t("boards.deleteTitle", { board: board.name }),
      effect: t("boards.deleteEffect"),
      confirm: t("boards.delete"),
      onConfirm: () =>
        remove.mutate(undefined, {
          ...tell(),
          onSuccess: () => {
            tell(t("boards.deleted", { board: board.name })).onSuccess();
            onDeleted();
          },
        }),
    });
  return (
    <Button variant="subtle" color="red" ml="auto" loading={remove.isPending} onClick={ask}>
      {t("boards.delete")}
    </Button>
  );
}
