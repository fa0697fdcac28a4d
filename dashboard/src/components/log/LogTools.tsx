/** The bar over a log: search with next and previous, timestamps, copy all. */
import { ActionIcon, TextInput, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconClock, IconSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Row } from "@/lib/logRows";
import { CopyButton } from "../Copy";
import classes from "./Log.module.css";
import { useRowText } from "./noteText";
import type { LogSearch } from "./useLogSearch";

interface LogToolsProps {
  rows: readonly Row[];
  search: LogSearch;
  onStep: (by: 1 | -1) => void;
  times: boolean;
  onTimes: () => void;
}

export function LogTools({ rows, search, onStep, times, onTimes }: LogToolsProps) {
  const { t } = useTranslation();
  const text = useRowText();
  const none = search.matches.length === 0;
  return (
    <div className={classes.tools}>
      <TextInput
        size="xs"
        className={classes.search}
        leftSection={<IconSearch size={14} />}
        placeholder={t("log.search")}
        aria-label={t("log.search")}
        value={search.needle}
        onChange={(event) => search.setNeedle(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
          if (event.key === "Escape") search.setNeedle("");
        }}
      />
      {search.needle ? (
        <>
          <span className="meta figure" role="status">
            {none
              ? t("log.noMatch")
              : t("log.matches", { at: search.position + 1, total: search.matches.length })}
          </span>
          <Step label={t("log.previous")} disabled={none} onClick={() => onStep(-1)}>
            <IconChevronUp size={14} />
          </Step>
          <Step label={t("log.next")} disabled={none} onClick={() => onStep(1)}>
            <IconChevronDown size={14} />
          </Step>
        </>
      ) : null}
      <span className={classes.spring} />
      <Tooltip label={t("log.times")}>
        <ActionIcon
          variant={times ? "light" : "subtle"}
          color="gray"
          size="sm"
          aria-label={t("log.times")}
          aria-pressed={times}
          onClick={onTimes}
        >
          <IconClock size={14} />
        </ActionIcon>
      </Tooltip>
      <CopyButton text={() => rows.map(text).join("\n")} label={t("log.copyAll")} />
    </div>
  );
}

interface StepProps {
  label: string;
  disabled: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function Step({ label, disabled, onClick, children }: StepProps) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}
