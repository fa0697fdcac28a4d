/** The way to a turn's page: a click opens it, Space peeks. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Turn } from "@/api/types";

interface TurnLinkProps {
  turn: Turn;
  className: string | undefined;
  children: React.ReactNode;
}

export function TurnLink({ turn, className, children }: TurnLinkProps) {
  const { t } = useTranslation();
  const peek = async (event: React.KeyboardEvent) => {
    if (event.key !== " ") return;
    event.preventDefault();
    const { openPeek } = await import("./Peek");
    openPeek(turn, t);
  };
  return (
    <Link
      to="/turns/$id"
      params={{ id: turn.id }}
      className={className}
      data-turn
      data-row
      aria-keyshortcuts="Space"
      onKeyDown={peek}
    >
      {children}
    </Link>
  );
}
