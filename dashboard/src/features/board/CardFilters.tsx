/** Which cards are shown; the choice stands in the address. */
import { Button, Chip, Group, Popover, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconFilter, IconSearch, IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./CardFilters.module.css";
import { type CardFilter, isFiltered, SHOWN_STATES, toggled } from "./filters";
import { PRIORITIES } from "./stages";

interface CardFiltersProps {
  filter: CardFilter;
  labels: readonly string[];
  shown: number;
  all: number;
  onChange: (change: CardFilter) => void;
}

const NOTHING: CardFilter = {
  q: undefined,
  label: undefined,
  priority: undefined,
  state: undefined,
};

export function CardFilters({ filter, labels, shown, all, onChange }: CardFiltersProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(filter.q ?? "");
  useEffect(() => setText(filter.q ?? ""), [filter.q]);
  const search = useDebouncedCallback((q: string) => onChange({ q: q || undefined }), 250);
  return (
    <search className={classes.bar} aria-label={t("board.filters")}>
      <TextInput
        id="card-search"
        size="xs"
        className={classes.search}
        leftSection={<IconSearch size={14} />}
        placeholder={t("board.search")}
        aria-label={t("board.search")}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value.trim());
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <Choice
        name={t("board.byState")}
        values={SHOWN_STATES}
        chosen={filter.state}
        label={(value) => t(`shownState.${value}`)}
        onChange={(state) => onChange({ state })}
      />
      <Choice
        name={t("board.byPriority")}
        values={PRIORITIES}
        chosen={filter.priority}
        label={(value) => t(`priority.${value}`)}
        onChange={(priority) => onChange({ priority })}
      />
      {labels.length > 0 ? (
        <Choice
          name={t("board.byLabel")}
          values={labels}
          chosen={filter.label}
          label={(value) => value}
          onChange={(label) => onChange({ label })}
        />
      ) : null}
      {isFiltered(filter) ? (
        <>
          <span className="meta figure" role="status">
            {t("board.shown", { shown, count: all })}
          </span>
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconX size={12} />}
            onClick={() => onChange(NOTHING)}
          >
            {t("board.showAll")}
          </Button>
        </>
      ) : null}
    </search>
  );
}

interface ChoiceProps<T extends string> {
  name: string;
  values: readonly T[];
  chosen: readonly T[] | undefined;
  label: (value: T) => string;
  onChange: (chosen: readonly T[] | undefined) => void;
}

/** What is chosen stands there as chips that are taken off with a click; the rest is behind the button. */
function Choice<T extends string>({ name, values, chosen, label, onChange }: ChoiceProps<T>) {
  return (
    <Group gap={4}>
      <Popover position="bottom-start" width={280} trapFocus>
        <Popover.Target>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconFilter size={13} />}
            className={classes.choice}
          >
            {name}
          </Button>
        </Popover.Target>
        <Popover.Dropdown className="over" aria-label={name}>
          <Group gap={4}>
            {values.map((value) => (
              <Chip
                key={value}
                size="xs"
                checked={chosen?.includes(value) ?? false}
                onChange={() => onChange(toggled(chosen, value))}
              >
                {label(value)}
              </Chip>
            ))}
          </Group>
        </Popover.Dropdown>
      </Popover>
      {chosen?.map((value) => (
        <Chip key={value} size="xs" checked onChange={() => onChange(toggled(chosen, value))}>
          {label(value)}
        </Chip>
      ))}
    </Group>
  );
}
