/** The rooms that exist, in the order of the rail. */
import {
  IconActivity,
  IconAlertTriangle,
  IconHandStop,
  IconSettings,
  IconTerminal2,
} from "@tabler/icons-react";

export const ROOMS = [
  { key: "now", to: "/", icon: IconActivity },
  { key: "workers", to: "/workers", icon: IconTerminal2 },
  { key: "approvals", to: "/approvals", icon: IconHandStop },
  { key: "failures", to: "/failures", icon: IconAlertTriangle },
  { key: "settings", to: "/settings", icon: IconSettings },
] as const;
