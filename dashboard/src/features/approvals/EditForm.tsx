/** Changing what will run, field by field. Policy judges it again, and the agent is told. */
import { Button, Textarea } from "@mantine/core";
import { getHotkeyHandler } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./DecisionBar.module.css";
import { type Field, fieldsOf, type Input, inputOf, isSame, isValid } from "./editing";

interface EditFormProps {
  input: Input;
  pending: boolean;
  onApprove: (input: Record<string, unknown>) => void;
  onBack: () => void;
  undecided: ReactNode;
}

export function EditForm({ input, pending, onApprove, onBack, undecided }: EditFormProps) {
  const { t } = useTranslation();
  const [fields, setFields] = useState<readonly Field[]>(() => fieldsOf(input));
  const changed = inputOf(fields);
  const ready = changed !== null && !isSame(changed, input) && !pending;
  const submit = () => {
    if (ready) onApprove({ ...changed });
  };
  const write = (name: string, text: string) =>
    setFields(fields.map((field) => (field.name === name ? { ...field, text } : field)));
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={getHotkeyHandler([
        ["mod+Enter", submit],
        ["Escape", onBack],
      ])}
    >
      <p className="meta">{t("approval.editAbout")}</p>
      {fields.map((field, index) => (
        <Textarea
          key={field.name}
          label={<span className="mono">{field.name}</span>}
          classNames={{ input: "mono" }}
          autosize
          minRows={1}
          maxRows={16}
          spellCheck={false}
          autoFocus={index === 0}
          value={field.text}
          error={isValid(field) ? null : t("approval.noJson")}
          onChange={(event) => write(field.name, event.currentTarget.value)}
        />
      ))}
      {undecided}
      <div className={classes.buttons}>
        <Button type="submit" color="teal.9" loading={pending} disabled={!ready}>
          {t("approval.approveEdited")}
        </Button>
        <Button variant="default" onClick={onBack}>
          {t("action.cancel")}
        </Button>
      </div>
    </form>
  );
}
