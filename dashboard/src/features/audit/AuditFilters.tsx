/** What was done, by whom, where; the choice stands in the address. */
import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconDownload } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ChannelSelect } from "@/components/ChannelSelect";
import type { AuditSearch } from "@/lib/addresses";
import classes from "./Audit.module.css";
import { exportHref } from "./api";

const AREAS = [
  "action",
  "approval",
  "policy",
  "budget",
  "turn",
  "trust",
  "token",
  "channel",
  "session",
  "agent",
] as const;

interface AuditFiltersProps {
  filter: AuditSearch;
  onFilter: (filter: AuditSearch) => void;
}

export function AuditFilters({ filter, onFilter }: AuditFiltersProps) {
  const { t } = useTranslation();
  const [by, setBy] = useState(filter.by ?? "");
  useEffect(() => setBy(filter.by ?? ""), [filter.by]);
  const search = useDebouncedCallback(
    (value: string) => onFilter({ ...filter, by: value || undefined }),
    300,
  );
  return (
    <search className={classes.filters} aria-label={t("audit.filters")}>
      <Select
        size="xs"
        clearable
        label={t("audit.what")}
        placeholder={t("audit.anything")}
        clearButtonProps={{ "aria-label": t("audit.anything") }}
        value={filter.what ?? null}
        data={AREAS.map((each) => ({ value: `${each}.`, label: t(`audit.area.${each}`) }))}
        onChange={(what) => onFilter({ ...filter, what: what ?? undefined })}
      />
      <TextInput
        size="xs"
        label={t("audit.by")}
        placeholder="owner, token:ci, rule:…"
        value={by}
        onChange={(event) => {
          setBy(event.currentTarget.value);
          search(event.currentTarget.value.trim());
        }}
      />
      <ChannelSelect
        value={filter.channel}
        onChange={(channel) => onFilter({ ...filter, channel })}
      />
      <Button
        component="a"
        href={exportHref(filter)}
        download
        size="xs"
        variant="default"
        leftSection={<IconDownload size={14} />}
      >
        {t("audit.export")}
      </Button>
    </search>
  );
}
