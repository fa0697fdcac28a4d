/** What stands at the head of a board: how much runs, where it works, what would stop it, what can be done. */
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconPlus, IconSettings } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Board } from "@/api/types";
import { findingsOptions } from "./api";
import classes from "./BoardHead.module.css";
import { BoardMenu } from "./BoardMenu";
import type { BoardSearch } from "./boardSearch";
import { Findings } from "./Findings";

export function BoardLead({ board, running }: { board: Board; running: number }) {
  const { t } = useTranslation();
  const most = board.worktree ? board.wip : 1;
  return (
    <p className={`meta ${classes.lead}`}>
      <span className="figure">{t("board.runs", { running, count: most })}</span>
      <span className="mono one-line" title={board.repository}>
        {board.repository} ({board.base})
      </span>
    </p>
  );
}

/** What would stop every run, said before one is started. */
export function BoardProblems({ board }: { board: Board }) {
  const { data = [] } = useQuery(findingsOptions(board.id));
  return <Findings findings={data.filter((each) => each.level === "problem")} />;
}

interface BoardActionsProps {
  board: Board;
  archived: boolean;
  onArchived: () => void;
  onDo: (what: NonNullable<BoardSearch["do"]>) => void;
}

export function BoardActions({ board, archived, onArchived, onDo }: BoardActionsProps) {
  const { t } = useTranslation();
  return (
    <>
      <Button size="xs" leftSection={<IconPlus size={14} />} onClick={() => onDo("new")}>
        {t("card.new")}
      </Button>
      <Tooltip label={t("board.settings")}>
        <ActionIcon
          variant="default"
          size={30}
          aria-label={t("board.settings")}
          onClick={() => onDo("settings")}
        >
          <IconSettings size={16} />
        </ActionIcon>
      </Tooltip>
      <BoardMenu
        board={board}
        archived={archived}
        onArchived={onArchived}
        onSettings={() => onDo("settings")}
        onKeys={() => onDo("keys")}
      />
    </>
  );
}
