/** The fields of a card. */
import {
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CardSummary, Priority } from "@/api/types";
import { Markdown } from "@/components/Markdown";
import classes from "./CardForm.module.css";
import type { CardDraft } from "./cardDraft";
import { labelsOf } from "./filters";
import { PRIORITIES } from "./stages";

interface CardFieldsProps {
  draft: CardDraft;
  cards: readonly CardSummary[];
  onChange: (part: Partial<CardDraft>) => void;
}

const number = (value: number | string): number | null => (value === "" ? null : Number(value));
/** A long board has long lists: so many are offered at once. */
const OFFERED = 50;

export function CardFields({ draft, cards, onChange }: CardFieldsProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.fields}>
      <TextInput
        className={classes.wide}
        label={t("card.title")}
        maxLength={200}
        value={draft.title}
        data-autofocus
        onChange={(event) => onChange({ title: event.currentTarget.value })}
      />
      <Description text={draft.description} onChange={(description) => onChange({ description })} />
      <TagsInput
        label={t("card.labels")}
        data={labelsOf(cards)}
        maxTags={20}
        splitChars={[",", ";"]}
        clearable
        clearButtonProps={{ "aria-label": t("card.clear") }}
        value={[...draft.labels]}
        onChange={(labels) => onChange({ labels: labels.map((each) => each.slice(0, 40)) })}
      />
      <Select
        label={t("card.priority")}
        data={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
        value={draft.priority}
        allowDeselect={false}
        onChange={(value) => value && onChange({ priority: value as Priority })}
      />
      <MultiSelect
        className={classes.wide}
        label={t("card.needs")}
        description={t("card.needsAbout")}
        data={cards
          .filter((card) => card.column !== "archived" || draft.needs.includes(card.id))
          .map((card) => ({ value: card.id, label: `${card.key} ${card.title}` }))}
        limit={OFFERED}
        searchable
        nothingFoundMessage={t("card.noCard")}
        value={[...draft.needs]}
        onChange={(needs) => onChange({ needs })}
      />
      <TextInput
        classNames={{ input: "mono" }}
        label={t("card.model")}
        placeholder={t("card.asBoard")}
        maxLength={200}
        value={draft.model}
        onChange={(event) => onChange({ model: event.currentTarget.value })}
      />
      <div className={classes.fields}>
        <NumberInput
          label={t("card.dollars")}
          placeholder={t("card.asBoard")}
          prefix="$"
          min={0}
          decimalScale={6}
          value={draft.dollars ?? ""}
          onChange={(value) => onChange({ dollars: number(value) })}
        />
        <NumberInput
          label={t("card.tokens")}
          placeholder={t("card.asBoard")}
          min={0}
          allowDecimal={false}
          thousandSeparator=" "
          value={draft.tokens ?? ""}
          onChange={(value) => onChange({ tokens: number(value) })}
        />
      </div>
    </div>
  );
}

interface DescriptionProps {
  text: string;
  onChange: (text: string) => void;
}

function Description({ text, onChange }: DescriptionProps) {
  const { t } = useTranslation();
  const id = useId();
  const [view, setView] = useState<"write" | "preview">("write");
  return (
    <div className={classes.wide}>
      <div className={classes.words}>
        <label htmlFor={id} className={classes.label}>
          {t("card.description")}
        </label>
        <SegmentedControl
          size="xs"
          aria-label={t("card.view")}
          value={view}
          onChange={(value) => setView(value as typeof view)}
          data={[
            { value: "write", label: t("card.write") },
            { value: "preview", label: t("card.preview") },
          ]}
        />
      </div>
      {view === "write" ? (
        <Textarea
          id={id}
          autosize
          minRows={6}
          maxRows={24}
          maxLength={100_000}
          placeholder={t("card.descriptionExample")}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <div id={id} className={classes.preview}>
          {text.trim() ? <Markdown text={text} /> : <p className="meta">{t("card.nothing")}</p>}
        </div>
      )}
    </div>
  );
}
