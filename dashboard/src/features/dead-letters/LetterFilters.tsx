/** Whose letters, and which reasons; the choice stands in the address. */
import { Chip, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { DeadLetter } from "@/api/types";
import { ChannelSelect } from "@/components/ChannelSelect";
import type { LettersFilter } from "./api";
import { countKinds } from "./kinds";

interface LetterFiltersProps {
  filter: LettersFilter;
  letters: readonly DeadLetter[];
  onFilter: (filter: LettersFilter) => void;
}

export function LetterFilters({ filter, letters, onFilter }: LetterFiltersProps) {
  const { t } = useTranslation();
  const kinds = countKinds(letters, filter.kind);
  return (
    <Group gap={8} align="flex-end" role="search" aria-label={t("dead.filters")}>
      <ChannelSelect
        value={filter.channel}
        onChange={(channel) => onFilter({ ...filter, channel })}
      />
      <Chip.Group
        value={filter.kind ?? ""}
        onChange={(kind) => onFilter({ ...filter, kind: String(kind) || undefined })}
      >
        <Group gap={4} mih={30} role="radiogroup" aria-label={t("dead.reasons")}>
          <Chip size="xs" value="">
            {t("dead.anyReason")}
          </Chip>
          {kinds.map(([kind, count]) => (
            <Chip key={kind} size="xs" value={kind}>
              <span className="mono">{kind}</span> {count}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Group>
  );
}
