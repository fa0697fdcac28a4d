/** Refusing, with words that reach the agent. */
import { Button, Textarea } from "@mantine/core";
import { getHotkeyHandler } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./DecisionBar.module.css";

const LONGEST = 2000;

interface RefuseFormProps {
  pending: boolean;
  onRefuse: (reason: string) => void;
  onBack: () => void;
  undecided: ReactNode;
}

export function RefuseForm({ pending, onRefuse, onBack, undecided }: RefuseFormProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const submit = () => {
    if (!pending) onRefuse(reason.trim());
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
        label={t("approval.reason")}
        description={t("approval.reasonAbout")}
        placeholder={t("approval.reasonExample")}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={LONGEST}
        autoFocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        onKeyDown={getHotkeyHandler([
          ["mod+Enter", submit],
          ["Escape", onBack],
        ])}
      />
      {undecided}
      <div className={classes.buttons}>
        <Button type="submit" color="red.9" loading={pending}>
          {t("approval.refuse")}
        </Button>
        <Button variant="default" onClick={onBack}>
          {t("action.cancel")}
        </Button>
      </div>
    </form>
  );
}
