/** Which kinds of events, of which channel; the choice stands in the address. */
import { Chip, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ChannelSelect } from "@/components/ChannelSelect";
import { AREAS, type Area } from "./words";

interface TimelineFiltersProps {
  area: Area | undefined;
  channel: string | undefined;
  onArea: (area: Area | undefined) => void;
  onChannel: (channel: string | undefined) => void;
}

export function TimelineFilters({ area, channel, onArea, onChannel }: TimelineFiltersProps) {
  const { t } = useTranslation();
  return (
    <Group gap={8} align="flex-end" role="search" aria-label={t("timeline.filters")}>
      <ChannelSelect value={channel} onChange={onChannel} />
      <Chip.Group
        value={area ?? ""}
        onChange={(chosen) => onArea((chosen || undefined) as Area | undefined)}
      >
        <Group gap={4} mih={30} role="radiogroup" aria-label={t("timeline.kinds")}>
          <Chip size="xs" value="">
            {t("timeline.all")}
          </Chip>
          {AREAS.map((each) => (
            <Chip key={each} size="xs" value={each}>
              {t(`timeline.area.${each}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Group>
  );
}
