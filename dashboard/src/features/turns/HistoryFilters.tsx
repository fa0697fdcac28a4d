/** Which turns of a history are shown; the choice stands in the address. */
import { Chip, Group, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TurnState } from "@/api/types";

export const STATES: readonly TurnState[] = [
  "queued",
  "running",
  "waiting",
  "parked",
  "answered",
  "failed",
  "cancelled",
];

interface HistoryFiltersProps {
  state: TurnState | undefined;
  q: string | undefined;
  onState: (state: TurnState | undefined) => void;
  onSearch: (q: string | undefined) => void;
}

export function HistoryFilters({ state, q, onState, onSearch }: HistoryFiltersProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(q ?? "");
  useEffect(() => setText(q ?? ""), [q]);
  const search = useDebouncedCallback((value: string) => onSearch(value || undefined), 250);
  return (
    <Group gap={8} role="search" aria-label={t("history.filters")}>
      <Chip.Group
        value={state ?? "all"}
        onChange={(value) => onState(value === "all" ? undefined : (value as TurnState))}
      >
        <Group gap={4}>
          <Chip size="xs" value="all">
            {t("history.all")}
          </Chip>
          {STATES.map((each) => (
            <Chip key={each} size="xs" value={each}>
              {t(`turnState.${each}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <TextInput
        size="xs"
        flex="1 1 160px"
        maw={260}
        leftSection={<IconSearch size={14} />}
        placeholder={t("history.search")}
        aria-label={t("history.search")}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
    </Group>
  );
}
