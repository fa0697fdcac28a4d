/** The rooms that exist, in the order of the rail, and those within them. */
import {
  IconActivity,
  IconAlertTriangle,
  IconArchive,
  IconBellRinging,
  IconChartBar,
  IconCoin,
  IconFingerprint,
  IconHandStop,
  IconHistory,
  IconKey,
  IconLayoutKanban,
  IconReceipt,
  IconSettings,
  IconShieldCheck,
  IconStethoscope,
  IconTelescope,
  IconTerminal2,
} from "@tabler/icons-react";

export const ROOMS = [
  { key: "now", to: "/", icon: IconActivity },
  { key: "board", to: "/board", icon: IconLayoutKanban },
  { key: "workers", to: "/workers", icon: IconTerminal2 },
  { key: "approvals", to: "/approvals", icon: IconHandStop },
  { key: "observability", to: "/observability", icon: IconTelescope },
  { key: "settings", to: "/settings", icon: IconSettings },
] as const;

export const OBSERVABILITY = [
  { key: "spend", to: "/observability/spend", icon: IconChartBar },
  { key: "failures", to: "/observability/failures", icon: IconAlertTriangle },
  { key: "timeline", to: "/observability/timeline", icon: IconHistory },
  { key: "alerts", to: "/observability/alerts", icon: IconBellRinging },
] as const;

export const SETTINGS = [
  { key: "general", to: "/settings", icon: IconSettings },
  { key: "budgets", to: "/settings/budgets", icon: IconCoin },
  { key: "prices", to: "/settings/prices", icon: IconReceipt },
  { key: "policies", to: "/settings/policies", icon: IconShieldCheck },
  { key: "tokens", to: "/settings/tokens", icon: IconKey },
  { key: "backups", to: "/settings/backups", icon: IconArchive },
  { key: "audit", to: "/settings/audit", icon: IconFingerprint },
  { key: "doctor", to: "/settings/doctor", icon: IconStethoscope },
] as const;

/** Where one can go by name. */
export const PLACES = [...ROOMS, ...OBSERVABILITY, ...SETTINGS.slice(1)];
