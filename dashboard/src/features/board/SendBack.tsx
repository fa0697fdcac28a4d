/** Sending a plan or a change back, with words that reach the agent. */
import { Button, Group, Textarea } from "@mantine/core";
import { getHotkeyHandler, useLocalStorage } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Card } from "@/api/types";
import { Trouble } from "@/components/Trouble";
import { useSendBack } from "./runDeeds";
import classes from "./Standing.module.css";
import { waitsForPlan } from "./stages";

export function SendBack({ card, onDone }: { card: Card; onDone: () => void }) {
  const { t } = useTranslation();
  const [text, setText, forget] = useLocalStorage({
    key: `sempre.send-back.${card.key}`,
    defaultValue: "",
    getInitialValueInEffect: false,
  });
  const send = useSendBack(card.key);
  const submit = () => {
    if (!text.trim() || send.isPending) return;
    send.mutate(text.trim(), {
      onSuccess: () => {
        forget();
        onDone();
      },
    });
  };
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea
        label={t("card.whatToChange")}
        description={t(waitsForPlan(card.run) ? "card.backPlan" : "card.backChange")}
        autosize
        minRows={3}
        maxRows={14}
        autoFocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={getHotkeyHandler([["mod+Enter", submit]])}
      />
      {send.isError ? <Trouble error={send.error} /> : null}
      <Group gap={8}>
        <Button type="submit" size="xs" loading={send.isPending} disabled={!text.trim()}>
          {t("card.sendBack")}
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          {t("action.cancel")}
        </Button>
      </Group>
    </form>
  );
}
