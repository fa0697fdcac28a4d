/** The fields of a worker's directives; beside each what sempre.toml says, and the way back to it. */
import { Button, Checkbox, Group, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Directives } from "@/api/types";
import { duration } from "@/lib/format";
import { useLocale } from "@/lib/i18n";
import classes from "./Directives.module.css";
import { type Draft, EFFORTS, type FieldName } from "./directives";

interface FieldsProps {
  draft: Draft;
  configured: Directives["configured"];
  wrong: readonly FieldName[];
  onChange: (change: Partial<Draft>) => void;
}

const ORDER: ("label" | "input" | "error" | "description")[] = [
  "label",
  "input",
  "error",
  "description",
];

export function DirectivesFields({ draft, configured, wrong, onChange }: FieldsProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const error = (name: FieldName) => (wrong.includes(name) ? t("directives.wrong") : null);
  const own = t("directives.ownDefault");
  const effort = (value: string) => (value ? t(`effort.${value as "low"}`) : own);
  const seconds = (value: number) => duration(value * 1000, locale);
  const field = (name: FieldName, standard: string) => ({
    label: t(`directives.${name}`),
    error: error(name),
    description: (
      <Beside
        standard={standard}
        told={draft[name] != null}
        onBack={() => onChange({ [name]: null })}
      />
    ),
    inputWrapperOrder: ORDER,
  });
  return (
    <div className={classes.fields}>
      <TextInput
        {...field("model", configured.model || own)}
        classNames={{ input: "mono" }}
        placeholder={configured.model || own}
        value={draft.model ?? ""}
        onChange={(event) => onChange({ model: event.currentTarget.value || null })}
      />
      <Select
        {...field("effort", effort(configured.effort))}
        placeholder={effort(configured.effort)}
        value={draft.effort ?? null}
        data={EFFORTS.map((value) => ({ value, label: effort(value) }))}
        onChange={(value) => onChange({ effort: value as Draft["effort"] })}
      />
      <Textarea
        {...field("instructions", configured.instructions.slice(0, 160) || t("directives.none"))}
        className={classes.wide}
        autosize
        minRows={3}
        maxRows={20}
        placeholder={configured.instructions.slice(0, 400)}
        value={draft.instructions ?? ""}
        onChange={(event) => onChange({ instructions: event.currentTarget.value || null })}
      />
      {(["silence_seconds", "turn_seconds"] as const).map((name) => (
        <NumberInput
          key={name}
          {...field(name, seconds(configured[name]))}
          suffix=" s"
          placeholder={`${configured[name]} s`}
          value={draft[name] ?? ""}
          onChange={(value) => onChange({ [name]: value === "" ? null : Number(value) })}
        />
      ))}
      <Checkbox.Group
        {...field("tools", configured.tools.join(", "))}
        className={classes.wide}
        value={[...(draft.tools ?? configured.tools)]}
        onChange={(tools) =>
          onChange({ tools: tools.length === configured.tools.length ? null : tools })
        }
      >
        <Group gap={16} my={6}>
          {configured.tools.map((tool) => (
            <Checkbox key={tool} value={tool} label={<span className="mono">{tool}</span>} />
          ))}
        </Group>
      </Checkbox.Group>
    </div>
  );
}

interface BesideProps {
  standard: string;
  told: boolean;
  onBack: () => void;
}

function Beside({ standard, told, onBack }: BesideProps) {
  const { t } = useTranslation();
  return (
    <span className={classes.beside}>
      {t("directives.standard", { value: standard })}
      {told ? (
        <Button
          component="span"
          role="button"
          tabIndex={0}
          size="compact-xs"
          variant="subtle"
          onClick={onBack}
        >
          {t("directives.takeBack")}
        </Button>
      ) : null}
    </span>
  );
}
