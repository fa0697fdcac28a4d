/** Choosing a channel by its name. */
import { Select, type SelectProps } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { channelsOptions } from "@/api/channels";

interface ChannelSelectProps extends Omit<SelectProps, "data" | "onChange" | "value"> {
  value: string | undefined;
  onChange: (channel: string | undefined) => void;
}

export function ChannelSelect({ value, onChange, ...rest }: ChannelSelectProps) {
  const { t } = useTranslation();
  const { data = [] } = useQuery(channelsOptions);
  const names = new Set(data.map((each) => each.channel));
  if (value) names.add(value);
  return (
    <Select
      size="xs"
      searchable
      clearable
      label={t("channel.one")}
      placeholder={t("channel.all")}
      clearButtonProps={{ "aria-label": t("channel.any") }}
      data={[...names].sort()}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      {...rest}
    />
  );
}
