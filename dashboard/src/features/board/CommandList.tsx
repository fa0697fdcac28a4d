/** Commands of a board, one after the other; each may have several lines. */
import { ActionIcon, Button, Textarea } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./BoardForm.module.css";

interface CommandListProps {
  label: string;
  about: string;
  example: string;
  commands: readonly string[];
  onChange: (commands: string[]) => void;
}

export function CommandList({ label, about, example, commands, onChange }: CommandListProps) {
  const { t } = useTranslation();
  const shown = commands.length > 0 ? commands : [""];
  return (
    <fieldset className={`${classes.commands} ${classes.wide}`}>
      <legend className={classes.legend}>{label}</legend>
      <p className="meta">{about}</p>
      {shown.map((command, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a command has no name but its place
        <div key={index} className={classes.command}>
          <Textarea
            classNames={{ input: "mono" }}
            autosize
            minRows={1}
            maxRows={8}
            spellCheck={false}
            placeholder={example}
            aria-label={t("boards.command", { label, number: index + 1 })}
            value={command}
            onChange={(event) => onChange(shown.with(index, event.currentTarget.value))}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t("boards.removeCommand", { number: index + 1 })}
            onClick={() => onChange(shown.toSpliced(index, 1))}
          >
            <IconX size={15} />
          </ActionIcon>
        </div>
      ))}
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlus size={13} />}
        style={{ alignSelf: "flex-start" }}
        onClick={() => onChange([...shown, ""])}
      >
        {t("boards.addCommand")}
      </Button>
    </fieldset>
  );
}
