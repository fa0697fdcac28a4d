/** The rooms that exist, in the order of the rail. */
import { IconActivity, IconAlertTriangle, IconSettings, IconTerminal2 } from "@tabler/icons-react";

export const ROOMS = [
  { key: "now", to: "/", icon: IconActivity },
  { key: "workers", to: "/workers", icon: IconTerminal2 },
  { key: "failures", to: "/failures", icon: IconAlertTriangle },
  { key: "settings", to: "/settings", icon: IconSettings },
] as const;
