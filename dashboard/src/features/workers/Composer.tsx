/** Writing to a worker: the draft stays until it is sent; Ctrl-Enter sends. */
import { Button, Kbd, Textarea } from "@mantine/core";
import { getHotkeyHandler, useLocalStorage } from "@mantine/hooks";
import { IconSend2 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Worker } from "@/api/types";
import { Trouble } from "@/components/Trouble";
import { randomKey } from "@/lib/randomKey";
import { useSendPrompt } from "./api";
import classes from "./Composer.module.css";

export function Composer({ worker }: { worker: Worker }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useLocalStorage({
    key: `sempre.draft.${worker.name}`,
    defaultValue: "",
    getInitialValueInEffect: false,
  });
  const send = useSendPrompt(worker);
  // The same words sent again after a failure are the same turn, also when the page was left meanwhile.
  const [sent, setSent, forgetSent] = useLocalStorage({
    key: `sempre.sent.${worker.name}`,
    defaultValue: { text: "", key: "" },
    getInitialValueInEffect: false,
  });
  const submit = () => {
    const text = draft.trim();
    if (!text || send.isPending) return;
    const key = sent.text === text ? sent.key : randomKey();
    setSent({ text, key });
    setDraft("");
    send.mutate(
      { text: draft, key },
      {
        onSuccess: () => forgetSent(),
        onError: () => setDraft((written) => (written ? `${text}\n\n${written}` : text)),
      },
    );
  };
  return (
    <form
      className={`card ${classes.composer}`}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea
        id="composer"
        variant="unstyled"
        autosize
        minRows={2}
        maxRows={14}
        aria-label={t("composer.label", { worker: worker.name })}
        placeholder={t("composer.placeholder", { worker: worker.name })}
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={getHotkeyHandler([["mod+Enter", submit]])}
      />
      {send.isError ? <Trouble error={send.error} retry={submit} /> : null}
      <div className={classes.foot}>
        <span className={`meta ${classes.keys}`}>
          <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd> {t("composer.sends")}
        </span>
        <Button
          type="submit"
          size="xs"
          leftSection={<IconSend2 size={14} />}
          disabled={draft.trim() === ""}
        >
          {t("composer.send")}
        </Button>
      </div>
    </form>
  );
}
