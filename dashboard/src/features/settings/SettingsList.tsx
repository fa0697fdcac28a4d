/** What the server was told, beside what it would do by itself. Read-only: it is set in `sempre.toml`. */
import { TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Setting } from "@/api/types";
import { Loading } from "@/components/Loading";
import { Said } from "@/components/Said";
import { Trouble } from "@/components/Trouble";
import { settingsOptions } from "./api";
import classes from "./Settings.module.css";

const written = (value: unknown): string =>
  value === "" || value === null || value === undefined
    ? ""
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

export function SettingsList() {
  const { t } = useTranslation();
  const query = useQuery(settingsOptions);
  const [q, setQ] = useState("");
  if (query.isPending) return <Loading rows={6} height={40} />;
  if (query.isError) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const find = q.trim().toLowerCase();
  const shown = query.data.filter((setting) =>
    `${setting.name} ${setting.description}`.toLowerCase().includes(find),
  );
  return (
    <div className="card">
      <div className={classes.find}>
        <TextInput
          size="xs"
          leftSection={<IconSearch size={14} />}
          placeholder={t("settings.find")}
          aria-label={t("settings.find")}
          value={q}
          onChange={(event) => setQ(event.currentTarget.value)}
        />
      </div>
      <dl className={classes.list}>
        {shown.map((setting) => (
          <SettingRow key={setting.name} setting={setting} />
        ))}
      </dl>
    </div>
  );
}

function SettingRow({ setting }: { setting: Setting }) {
  const { t } = useTranslation();
  const [value, usual] = [written(setting.value), written(setting.default)];
  return (
    <div className={classes.setting}>
      <dt>
        <span className="mono">{setting.name}</span>
        <span className="meta">
          <Said text={setting.description} />
        </span>
      </dt>
      <dd>
        <span className="mono">{value || t("settings.unset")}</span>
        {value === usual ? null : (
          <span className="meta">
            {t("settings.default", { value: usual || t("settings.unset") })}
          </span>
        )}
      </dd>
    </div>
  );
}
