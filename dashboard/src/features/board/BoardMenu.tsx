/** Beside a board's name: the other boards, its settings, a new one, the keys. */
import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import {
  IconArchive,
  IconDots,
  IconKeyboard,
  IconLayoutKanban,
  IconPlus,
  IconSettings,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Board } from "@/api/types";
import { boardsOptions } from "./api";

interface BoardMenuProps {
  board: Board;
  archived: boolean;
  onArchived: () => void;
  onSettings: () => void;
  onKeys: () => void;
}

export function BoardMenu({ board, archived, onArchived, onSettings, onKeys }: BoardMenuProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: boards = [] } = useQuery(boardsOptions);
  const others = boards.filter((each) => each.id !== board.id);
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Tooltip label={t("board.menu")}>
          <ActionIcon variant="default" size={30} aria-label={t("board.menu")}>
            <IconDots size={16} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {others.map((each) => (
          <Menu.Item
            key={each.id}
            leftSection={<IconLayoutKanban size={15} />}
            onClick={() => void navigate({ to: "/board/$board", params: { board: each.id } })}
          >
            {each.name}
          </Menu.Item>
        ))}
        {others.length > 0 ? <Menu.Divider /> : null}
        <Menu.Item leftSection={<IconSettings size={15} />} onClick={onSettings}>
          {t("board.settings")}
        </Menu.Item>
        <Menu.Item leftSection={<IconArchive size={15} />} onClick={onArchived}>
          {t(archived ? "board.hideArchived" : "board.showArchived")}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={15} />} onClick={onKeys}>
          {t("board.keys")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconPlus size={15} />}
          onClick={() => void navigate({ to: "/board", search: { do: "new" } })}
        >
          {t("boards.new")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
