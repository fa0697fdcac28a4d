/** Ctrl-K: go anywhere, find a turn or a card, write to a worker, change how the page looks. */
import "@mantine/spotlight/styles.layer.css";
import { useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import {
  IconLanguage,
  IconMessage,
  IconPencil,
  IconPlug,
  IconSearch,
  IconSunMoon,
  IconTerminal2,
} from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { turnHeadOptions } from "@/features/turns/api";
import { workersOptions } from "@/features/workers/api";
import { LANGUAGES, type Language, setLanguage, useLocale } from "@/lib/i18n";
import { placeOf } from "@/lib/places";
import classes from "./Commands.module.css";
import { useBoards, useCards } from "./cards";
import { useDeeds, useWaiting } from "./deeds";
import { focusComposer } from "./focusComposer";
import { icon } from "./icon";
import { PLACES } from "./rooms";

const FOUND_TURNS = 6;

export interface CommandsProps {
  onConnect: () => void;
  onSuspend: () => void;
}

export default function Commands({ onConnect, onSuspend }: CommandsProps) {
  const { t } = useTranslation();
  const [query, setQuery] = useState("");
  const [words] = useDebouncedValue(query.trim(), 200);
  const groups = [
    { group: t("search.waiting"), actions: useWaiting() },
    { group: t("search.rooms"), actions: useRooms() },
    { group: t("search.boards"), actions: useBoards() },
    { group: t("search.workers"), actions: useWorkers() },
    { group: t("search.do"), actions: useDeeds(onSuspend) },
    { group: t("search.cards"), actions: useCards(words) },
    { group: t("search.turns"), actions: useTurns(words) },
    { group: t("search.page"), actions: useAppearance(onConnect) },
  ];
  return (
    <Spotlight
      actions={groups}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      highlightQuery
      nothingFound={t("search.nothing")}
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: t("search.placeholder"),
        "aria-label": t("search.placeholder"),
      }}
      transitionProps={{ duration: 100 }}
      classNames={{
        action: classes.action ?? "",
        actionLabel: classes.label ?? "",
        search: classes.search ?? "",
        content: classes.content ?? "",
      }}
      attributes={{ content: { "aria-label": t("search.open") } }}
      scrollable
      maxHeight="min(60vh, 520px)"
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
    />
  );
}

function useRooms(): SpotlightActionData[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return PLACES.map((room) => ({
    id: `room-${room.key}`,
    label: t(`room.${room.key}`),
    leftSection: icon(room.icon),
    onClick: () => void navigate({ to: room.to }),
  }));
}

function useWorkers(): SpotlightActionData[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data = [] } = useQuery(workersOptions);
  return data.flatMap(({ name }) => [
    {
      id: `worker-${name}`,
      label: name,
      description: t("search.openWorker"),
      leftSection: icon(IconTerminal2),
      onClick: () => void navigate({ to: "/workers/$name", params: { name } }),
    },
    {
      id: `send-${name}`,
      label: t("search.send", { worker: name }),
      keywords: t("search.sendWords"),
      leftSection: icon(IconPencil),
      onClick: () => void navigate({ to: "/workers/$name", params: { name } }).then(focusComposer),
    },
  ]);
}

function useTurns(q: string): SpotlightActionData[] {
  const navigate = useNavigate();
  const { data } = useQuery({
    ...turnHeadOptions({ q: q || undefined }, FOUND_TURNS),
    placeholderData: keepPreviousData,
  });
  return (data?.items ?? []).map((turn) => ({
    id: `turn-${turn.id}`,
    label: turn.prompt_head,
    description: `${placeOf(turn)} #${turn.number}`,
    leftSection: icon(IconMessage),
    onClick: () => void navigate({ to: "/turns/$id", params: { id: turn.id } }),
  }));
}

function useAppearance(onConnect: () => void): SpotlightActionData[] {
  const { t } = useTranslation();
  const current = useLocale();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = colorScheme === "dark" ? "light" : "dark";
  const languages = (Object.keys(LANGUAGES) as Language[]).filter((each) => each !== current);
  return [
    {
      id: "theme",
      label: t(next === "dark" ? "search.toDark" : "search.toLight"),
      leftSection: icon(IconSunMoon),
      onClick: () => setColorScheme(next),
    },
    ...languages.map((language) => ({
      id: `language-${language}`,
      label: t("search.language", { language: LANGUAGES[language] }),
      leftSection: icon(IconLanguage),
      onClick: () => void setLanguage(language),
    })),
    {
      id: "connect",
      label: t("connect.title"),
      leftSection: icon(IconPlug),
      onClick: onConnect,
    },
  ];
}
