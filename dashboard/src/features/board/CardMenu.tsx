/** What can be done with a card on the board. */
import { ActionIcon, Menu } from "@mantine/core";
import {
  IconArrowsMove,
  IconDots,
  IconLayoutSidebarRightExpand,
  IconPencil,
  IconPlayerPlay,
  IconPlayerStopFilled,
  IconTrash,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { CardSummary } from "@/api/types";
import { useBoardDeeds } from "./boardDeeds";
import { canRun } from "./stages";

interface CardMenuProps {
  card: CardSummary;
  /** It is open already. */
  opened?: boolean;
}

export function CardMenu({ card, opened = false }: CardMenuProps) {
  const { t } = useTranslation();
  const deeds = useBoardDeeds();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={t("card.menu", { card: card.key })}
          data-card-menu
        >
          <IconDots size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {opened ? null : (
          <Menu.Item
            leftSection={<IconLayoutSidebarRightExpand size={15} />}
            rightSection={<Key name="Enter" />}
            onClick={() => deeds.open(card)}
          >
            {t("card.open")}
          </Menu.Item>
        )}
        {canRun(card) ? (
          <Menu.Item
            leftSection={<IconPlayerPlay size={15} />}
            rightSection={<Key name="R" />}
            onClick={() => deeds.run(card)}
          >
            {t("card.run")}
          </Menu.Item>
        ) : (
          <Menu.Item
            leftSection={<IconPlayerStopFilled size={15} />}
            rightSection={<Key name="C" />}
            onClick={() => deeds.cancel(card)}
          >
            {t("card.cancel")}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconArrowsMove size={15} />}
          rightSection={<Key name="M" />}
          onClick={() => deeds.move(card)}
        >
          {t("card.moveTo")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPencil size={15} />}
          rightSection={<Key name="E" />}
          onClick={() => deeds.edit(card)}
        >
          {t("card.edit")}
        </Menu.Item>
        <Menu.Item leftSection={<IconTrash size={15} />} onClick={() => deeds.remove(card)}>
          {t("card.delete")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const Key = ({ name }: { name: string }) => (
  <span className="meta mono" aria-hidden>
    {name}
  </span>
);
