/** A dead letter: what it was, why it died, and the ways on. */
import { Button, Group, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPencil, IconRefresh, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DeadLetter } from "@/api/types";
import { CopyButton } from "@/components/Copy";
import { Said } from "@/components/Said";
import { Shape } from "@/components/Sign";
import { useErrorText } from "@/components/Trouble";
import { Ago } from "@/components/times";
import { placeOf } from "@/lib/places";
import { useRetryLetter } from "./api";
import classes from "./LetterCard.module.css";

interface LetterCardProps {
  letter: DeadLetter;
  onPurge: (letter: DeadLetter) => void;
}

export function LetterCard({ letter, onPurge }: LetterCardProps) {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<string>();
  const empty = letter.payload.trim() === "";
  return (
    <article data-tone="failed" className={`card ${classes.letter}`}>
      <div className={classes.head}>
        <Shape tone="failed" />
        <p className="one-line">
          <Link to="/turns/$id" params={{ id: letter.turn_id }} className={classes.link} data-row>
            <strong>{placeOf(letter)}</strong> <span className="figure">#{letter.number}</span>
          </Link>
        </p>
        <span className="meta">
          {t("failure.attempts", { count: letter.attempts })} · <Ago at={letter.created_at} />
        </span>
      </div>
      <p className={classes.reason}>
        <Said text={letter.failure.message} />
      </p>
      {edited === undefined && empty ? null : edited === undefined ? (
        <div className={classes.payload}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long prompt is scrolled with the keyboard */}
          <pre tabIndex={0}>{letter.payload}</pre>
          <CopyButton text={letter.payload} label={t("dead.copy")} />
        </div>
      ) : (
        <Textarea
          autosize
          minRows={3}
          maxRows={16}
          label={t("dead.editLabel")}
          value={edited}
          onChange={(event) => setEdited(event.currentTarget.value)}
          data-autofocus
        />
      )}
      <LetterButtons
        letter={letter}
        edited={edited}
        empty={empty}
        onEdit={setEdited}
        onPurge={onPurge}
      />
    </article>
  );
}

interface LetterButtonsProps extends LetterCardProps {
  edited: string | undefined;
  /** Nothing came in that could be tried again as it was. */
  empty: boolean;
  onEdit: (text: string | undefined) => void;
}

function LetterButtons({ letter, edited, empty, onEdit, onPurge }: LetterButtonsProps) {
  const { t } = useTranslation();
  const say = useErrorText();
  const retry = useRetryLetter();
  const again = () =>
    retry.mutate(
      { id: letter.id, text: edited ?? null },
      {
        onSuccess: () =>
          notifications.show({ message: t("dead.retried", { number: letter.number }) }),
        onError: (error) => notifications.show({ color: "red", message: say(error) }),
      },
    );
  return (
    <Group gap={8}>
      {edited === undefined && empty ? null : (
        <Button
          size="xs"
          variant="light"
          leftSection={<IconRefresh size={14} />}
          loading={retry.isPending}
          disabled={edited?.trim() === ""}
          onClick={again}
        >
          {t(edited === undefined ? "turn.retry" : "dead.retryEdited")}
        </Button>
      )}
      {edited === undefined ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPencil size={14} />}
          onClick={() => onEdit(letter.payload)}
        >
          {t(empty ? "dead.write" : "dead.edit")}
        </Button>
      ) : (
        <Button size="xs" variant="default" onClick={() => onEdit(undefined)}>
          {t("action.cancel")}
        </Button>
      )}
      <Button
        size="xs"
        variant="subtle"
        color="gray"
        leftSection={<IconTrash size={14} />}
        onClick={() => onPurge(letter)}
      >
        {t("dead.purge")}
      </Button>
    </Group>
  );
}
