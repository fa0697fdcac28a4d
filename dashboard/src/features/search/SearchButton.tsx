/** The way to the commands, by mouse and by Ctrl-K; their code comes when they are first wanted. */
import { Kbd, UnstyledButton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { Suspense, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { later } from "@/lib/served";
import type { CommandsProps } from "./Commands";
import { openCommands } from "./openCommands";
import classes from "./SearchButton.module.css";

const Commands = later(() => import("./Commands"));

export function SearchButton(props: CommandsProps) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(false);
  const open = useCallback(() => {
    setWanted(true);
    void openCommands();
  }, []);
  useHotkeys([["mod+k", open]], []);
  return (
    <>
      <UnstyledButton className={classes.button} onClick={open} aria-label={t("search.open")}>
        <IconSearch size={16} aria-hidden />
        <span className={classes.label}>{t("search.short")}</span>
        <Kbd size="xs" className={classes.keys}>
          Ctrl K
        </Kbd>
      </UnstyledButton>
      {wanted ? (
        <Suspense>
          <Commands {...props} />
        </Suspense>
      ) : null}
    </>
  );
}
