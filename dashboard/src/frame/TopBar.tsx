/** What holds on every page: where this is, what it cost today, whether it is live, how it looks. */
import {
  ActionIcon,
  Menu,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { IconCheck, IconLanguage, IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Status } from "@/api/types";
import { openConnect } from "@/features/connection/openConnect";
import { SearchButton } from "@/features/search/SearchButton";
import { TodaySpend } from "@/features/spend/TodaySpend";
import { openSuspend } from "@/features/suspension/openSuspend";
import { SuspendButton } from "@/features/suspension/SuspendButton";
import { LANGUAGES, type Language, setLanguage, useLocale } from "@/lib/i18n";
import { LiveState } from "./LiveState";
import classes from "./TopBar.module.css";

/** The workspace goes by the name of its folder; the rehearsal's lies inside it. */
function workspaceName(home: string): string {
  const parts = home.split(/[\\/]/).filter(Boolean);
  if (parts.at(-1) === "rehearsal" && parts.length > 1) parts.pop();
  return parts.at(-1) ?? home;
}

export function TopBar({ status }: { status: Status | undefined }) {
  const { t } = useTranslation();
  return (
    <header className={classes.bar}>
      <span className={`one-line ${classes.name}`} title={status?.home}>
        {status ? workspaceName(status.home) : ""}
      </span>
      <SearchButton
        onConnect={() => openConnect(t)}
        onSuspend={() => openSuspend(t, status?.counts.running ?? 0)}
      />
      <span className={classes.spring} />
      <TodaySpend />
      <LiveState />
      <LanguageMenu />
      <ThemeButton />
      <SuspendButton status={status} />
    </header>
  );
}

function LanguageMenu() {
  const { t } = useTranslation();
  const current = useLocale();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t("appearance.language")}
          className={classes.wide}
        >
          <IconLanguage size={18} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(LANGUAGES).map(([language, name]) => (
          <Menu.Item
            key={language}
            lang={language}
            rightSection={language === current ? <IconCheck size={14} /> : null}
            onClick={() => void setLanguage(language as Language)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function ThemeButton() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("dark") === "dark";
  const label = t(dark ? "search.toLight" : "search.toDark");
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={label}
        onClick={() => setColorScheme(dark ? "light" : "dark")}
      >
        {dark ? <IconSun size={18} stroke={1.6} /> : <IconMoon size={18} stroke={1.6} />}
      </ActionIcon>
    </Tooltip>
  );
}
