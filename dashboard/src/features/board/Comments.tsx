/** What was said about a line, and the box to say something. */
import { ActionIcon, Button, Group, Textarea } from "@mantine/core";
import { getHotkeyHandler, useLocalStorage } from "@mantine/hooks";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useTell } from "@/components/asking";
import { Trouble } from "@/components/Trouble";
import classes from "./DiffFile.module.css";
import type { Remark, Side } from "./diffParts";
import { useComment, useRemoveComment } from "./runDeeds";

interface RemarkListProps {
  runId: string;
  remarks: readonly Remark[];
}

export function RemarkList({ runId, remarks }: RemarkListProps) {
  return (
    <ul className={classes.remarks}>
      {remarks.map((remark) => (
        <OneRemark key={remark.id} runId={runId} remark={remark} />
      ))}
    </ul>
  );
}

function OneRemark({ runId, remark }: { runId: string; remark: Remark }) {
  const { t } = useTranslation();
  const tell = useTell();
  const remove = useRemoveComment(runId);
  return (
    <li className={classes.remark} data-tone={remark.pending ? "waiting" : "idle"}>
      <div>
        <p className="meta">
          {remark.by ?? t("cardDiff.review")}
          {remark.line === null ? "" : ` · ${t("cardDiff.line", { number: remark.line })}`}
          {remark.by ? ` · ${t(remark.pending ? "cardDiff.notSent" : "cardDiff.wasSent")}` : ""}
        </p>
        <p className={classes.said}>{remark.text}</p>
      </div>
      {remark.pending ? (
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          loading={remove.isPending}
          aria-label={t("cardDiff.takeBack")}
          onClick={() => remove.mutate(remark.id, tell())}
        >
          <IconX size={14} />
        </ActionIcon>
      ) : null}
    </li>
  );
}

interface CommentBoxProps {
  runId: string;
  file: string;
  side: Side;
  line: number;
  onDone: () => void;
}

export function CommentBox({ runId, file, side, line, onDone }: CommentBoxProps) {
  const { t } = useTranslation();
  const [text, setText, forget] = useLocalStorage({
    key: `sempre.comment.${runId}.${file}.${side}.${line}`,
    defaultValue: "",
    getInitialValueInEffect: false,
  });
  const add = useComment(runId);
  const submit = () => {
    if (!text.trim() || add.isPending) return;
    add.mutate(
      { file, side, line, text: text.trim() },
      {
        onSuccess: () => {
          forget();
          onDone();
        },
      },
    );
  };
  return (
    <form
      className={classes.box}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea
        aria-label={t("cardDiff.comment", { line })}
        placeholder={t("cardDiff.placeholder")}
        autosize
        minRows={2}
        maxRows={12}
        maxLength={10_000}
        autoFocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={getHotkeyHandler([["mod+Enter", submit]])}
      />
      {add.isError ? <Trouble error={add.error} /> : null}
      <Group gap={8}>
        <Button type="submit" size="compact-sm" loading={add.isPending} disabled={!text.trim()}>
          {t("cardDiff.keep")}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onDone}>
          {t("action.cancel")}
        </Button>
      </Group>
    </form>
  );
}
