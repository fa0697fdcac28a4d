/** What the server was told, beside what it would do by itself. Read-only: it is set in `sempre.toml`. */
import { Button, Chip, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Setting } from "@/api/types";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import { settingsOptions } from "./api";
import { SectionFold } from "./SectionFold";
import classes from "./Settings.module.css";
import { sectionOf, sectionsOf } from "./sections";

export function SettingsList() {
  const query = useQuery(settingsOptions);
  if (query.isPending) return <Loading rows={6} height={40} />;
  if (query.isError) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return <Sections settings={query.data} />;
}

/** What was folded or unfolded by hand, until something else is looked for. */
type Hand = Readonly<Record<string, boolean>>;

function Sections({ settings }: { settings: readonly Setting[] }) {
  const { t } = useTranslation();
  const linked = useLinked();
  const [words, setWords] = useState("");
  const [changedOnly, setChangedOnly] = useState(false);
  const [hand, setHand] = useState<Hand>({});
  const sections = sectionsOf(settings, { words, changedOnly });
  const looking = words.trim() !== "" || changedOnly;
  const isOpen = (name: string) =>
    hand[name] ?? (looking || name === linked || name === sectionOf(linked));
  const allOpen = sections.every(({ name }) => isOpen(name));
  const look = (then: () => void) => {
    setHand({});
    then();
  };
  return (
    <div className="card">
      <search className={classes.find} aria-label={t("settings.find")}>
        <TextInput
          size="xs"
          flex="1 1 160px"
          maw={320}
          leftSection={<IconSearch size={14} />}
          placeholder={t("settings.find")}
          aria-label={t("settings.find")}
          value={words}
          onChange={(event) => {
            const { value } = event.currentTarget;
            look(() => setWords(value));
          }}
        />
        <Chip size="xs" checked={changedOnly} onChange={(on) => look(() => setChangedOnly(on))}>
          {t("settings.changedOnly")}
        </Chip>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          ml="auto"
          onClick={() => setHand(Object.fromEntries(sections.map(({ name }) => [name, !allOpen])))}
        >
          {t(allOpen ? "settings.fold" : "settings.unfold")}
        </Button>
      </search>
      {sections.map((section) => (
        <SectionFold
          key={section.name}
          section={section}
          open={isOpen(section.name)}
          linked={linked}
          onOpen={(open) => setHand((before) => ({ ...before, [section.name]: open }))}
        />
      ))}
      {sections.length === 0 ? (
        <div className={classes.none}>
          <Empty title={t("settings.noMatch")} />
        </div>
      ) : null}
    </div>
  );
}

/** What the address names after its #, brought into sight once it stands there. */
function useLinked(): string {
  const linked = useLocation({ select: (location) => location.hash });
  useEffect(() => {
    if (linked) document.getElementById(linked)?.scrollIntoView({ block: "start" });
  }, [linked]);
  return linked;
}
