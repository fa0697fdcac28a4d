/** What each channel does with a call that a person should decide. */
import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OnAsk, PolicyChannel } from "@/api/types";
import { useConfirm, useTell } from "@/components/asking";
import { Empty } from "@/components/Empty";
import { Sign } from "@/components/Sign";
import { useSetOnAsk } from "./api";
import classes from "./Policy.module.css";

const WAYS: readonly OnAsk[] = ["wait", "deny", "allow"];

export function ChannelList({ channels }: { channels: readonly PolicyChannel[] }) {
  const { t } = useTranslation();
  if (channels.length === 0) return <Empty title={t("policy.noChannels")} />;
  return (
    <ul className={`card ${classes.list}`}>
      {channels.map((channel) => (
        <ChannelRow key={channel.channel} channel={channel} />
      ))}
    </ul>
  );
}

function ChannelRow({
  channel: { channel, on_ask, unattended, source },
}: {
  channel: PolicyChannel;
}) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const tell = useTell();
  const set = useSetOnAsk();
  const change = (onAsk: OnAsk | null) =>
    set.mutate({ channel, onAsk }, tell(t("policy.channelSaved", { channel })));
  const choose = (value: string | null) => {
    if (value === null) return;
    if (value !== "allow") return change(value === "settings" ? null : (value as OnAsk));
    confirm({
      title: t("policy.unattendedTitle", { channel }),
      effect: t("policy.unattendedEffect"),
      confirm: t("policy.onAsk.allow"),
      onConfirm: () => change("allow"),
    });
  };
  const ways = WAYS.map((value) => ({ value: value as string, label: t(`policy.onAsk.${value}`) }));
  return (
    <li className={classes.channel}>
      <span className="mono one-line">{channel}</span>
      <span className={classes.signs}>
        {unattended ? <Sign tone="failed" label={t("workers.unattended")} /> : null}
        <span className="meta">{t(`policy.source.${source}`)}</span>
      </span>
      <Select
        size="xs"
        aria-label={t("policy.onAskOf", { channel })}
        allowDeselect={false}
        value={on_ask}
        disabled={set.isPending}
        data={
          source === "person"
            ? [...ways, { value: "settings", label: t("policy.onAsk.settings") }]
            : ways
        }
        onChange={choose}
      />
    </li>
  );
}
