/** Which of a card's runs is looked at. */
import { Group, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Card } from "@/api/types";
import { exact } from "@/lib/format";
import { useLocale } from "@/lib/i18n";
import { runsOptions } from "./api";
import { RunSign } from "./RunStanding";
import { standingWord } from "./stages";

interface RunPickerProps {
  card: Card;
  runId: string;
  onPick: (run: string) => void;
}

export function RunPicker({ card, runId, onPick }: RunPickerProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { data: runs = [] } = useQuery(runsOptions(card.key));
  const run = runs.find((each) => each.id === runId);
  if (runs.length < 2 || !run) return null;
  return (
    <Group gap={8}>
      <Select
        size="xs"
        w={280}
        aria-label={t("card.whichRun")}
        allowDeselect={false}
        value={runId}
        data={runs.map((each) => ({
          value: each.id,
          label: [
            t("card.runNumber", { number: each.number }),
            t(`standing.${standingWord(each)}`),
            exact(Date.parse(each.queuedAt), locale),
          ].join(" · "),
        }))}
        onChange={(value) => value && onPick(value)}
      />
      <RunSign run={run} />
    </Group>
  );
}
