/** One section of sempre.toml, folded to a line; a link to one of its settings opens it. */
import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Setting } from "@/api/types";
import { Said } from "@/components/Said";
import { Sign } from "@/components/Sign";
import classes from "./Settings.module.css";
import { isChanged, type SettingSection, workerOf, written } from "./sections";

/** What has no word yet is shown under its own name. */
const TITLES = {
  server: true,
  database: true,
  sessions: true,
  turns: true,
  files: true,
  budgets: true,
  approvals: true,
  events: true,
  engine: true,
  backups: true,
  retention: true,
  log: true,
  telemetry: true,
  alerts: true,
  rules: true,
};
type Titled = keyof typeof TITLES;

interface SectionFoldProps {
  section: SettingSection;
  open: boolean;
  /** The setting or section that the address names. */
  linked: string;
  onOpen: (open: boolean) => void;
}

export function SectionFold({ section, open, linked, onOpen }: SectionFoldProps) {
  const { t } = useTranslation();
  const { name, settings, changed } = section;
  const worker = workerOf(name);
  const title = worker
    ? t("settings.worker", { worker })
    : name in TITLES
      ? t(`settings.section.${name as Titled}`)
      : name;
  return (
    <details
      id={name}
      open={open}
      className={classes.section}
      onToggle={(event) => {
        if (event.currentTarget.open !== open) onOpen(event.currentTarget.open);
      }}
    >
      <summary className={classes.fold}>
        <IconChevronRight size={14} className={classes.chevron} aria-hidden />
        <h3>{title}</h3>
        <span className="meta mono">[{name}]</span>
        <span className={classes.counts}>
          {changed > 0 ? (
            <Sign tone="running" label={t("settings.changed", { count: changed })} />
          ) : null}
          <span className="meta figure">{t("settings.count", { count: settings.length })}</span>
        </span>
      </summary>
      <dl className={classes.list}>
        {settings.map((setting) => (
          <SettingRow key={setting.name} setting={setting} linked={linked === setting.name} />
        ))}
      </dl>
    </details>
  );
}

function SettingRow({ setting, linked }: { setting: Setting; linked: boolean }) {
  const { t } = useTranslation();
  const value = written(setting.value);
  return (
    <div id={setting.name} className={classes.setting} data-linked={linked || undefined}>
      <dt>
        <Link to="/settings" hash={setting.name} className={`mono ${classes.name}`}>
          {setting.name}
        </Link>
        <span className="meta">
          <Said text={setting.description} />
        </span>
      </dt>
      <dd>
        <span className="mono">{value || t("settings.unset")}</span>
        {isChanged(setting) ? (
          <span className="meta">
            {t("settings.default", { value: written(setting.default) || t("settings.unset") })}
          </span>
        ) : null}
      </dd>
    </div>
  );
}
