/** Which days, which channel; the choice stands in the address. */
import { Button, Group, SegmentedControl, TextInput } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { SpendGroup } from "@/api/types";
import { ChannelSelect } from "@/components/ChannelSelect";
import { exportHref } from "./api";
import classes from "./Report.module.css";
import { LENGTHS, lastDays, lengthOf, type Range } from "./range";

interface ReportFiltersProps {
  by: SpendGroup;
  range: Range;
  today: string;
  channel: string | undefined;
  onRange: (range: Range) => void;
  onChannel: (channel: string | undefined) => void;
}

export function ReportFilters(props: ReportFiltersProps) {
  const { t } = useTranslation();
  const { by, range, today, channel, onRange, onChannel } = props;
  return (
    <search className={classes.filters} aria-label={t("report.filters")}>
      <SegmentedControl
        size="xs"
        aria-label={t("report.range")}
        value={lengthOf(range, today) ?? ""}
        onChange={(length) => onRange(lastDays(today, Number(length)))}
        data={LENGTHS.map((value) => ({ value, label: t(`report.length.${value}`) }))}
      />
      <TextInput
        type="date"
        size="xs"
        label={t("report.since")}
        value={range.since}
        max={range.until}
        onChange={({ currentTarget: { value } }) =>
          value && value <= range.until && onRange({ ...range, since: value })
        }
      />
      <TextInput
        type="date"
        size="xs"
        label={t("report.until")}
        value={range.until}
        min={range.since}
        max={today}
        onChange={({ currentTarget: { value } }) =>
          value && value >= range.since && onRange({ ...range, until: value })
        }
      />
      <ChannelSelect value={channel} onChange={onChannel} />
      <Group gap={8}>
        <Download href={exportHref(by, { ...range, channel })} label={t("report.export")} />
        <Download
          href={exportHref("call", { ...range, channel })}
          label={t("report.exportCalls")}
        />
      </Group>
    </search>
  );
}

function Download({ href, label }: { href: string; label: string }) {
  return (
    <Button
      component="a"
      href={href}
      download
      size="xs"
      variant="default"
      leftSection={<IconDownload size={14} />}
    >
      {label}
    </Button>
  );
}
