/** Copying: a small button, and a path or command that carries one. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { copyText } from "@/lib/clipboard";
import { cutPath } from "@/lib/paths";
import classes from "./Copy.module.css";

interface CopyButtonProps {
  text: string | (() => string);
  label: string;
  icon?: React.ReactNode;
}

export function CopyButton({ text, label, icon }: CopyButtonProps) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => setCopied(await copyText(typeof text === "string" ? text : text()));
  return (
    <Tooltip label={copied ? t("action.copied") : label}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={copy}>
        {copied ? <IconCheck size={14} /> : (icon ?? <IconCopy size={14} />)}
      </ActionIcon>
    </Tooltip>
  );
}

/** A path, an id or a command, on one line, ready to be taken along. Where a path is too long, its end is seen. */
export function Copyable({ text, label }: { text: string; label: string }) {
  const [start, end] = cutPath(text);
  return (
    <span className={classes.copyable}>
      <span className={`mono ${classes.text}`} title={text}>
        {start ? <span className="one-line">{start}</span> : null}
        <span className={`one-line ${classes.end}`}>{end}</span>
      </span>
      <CopyButton text={text} label={label} />
    </span>
  );
}
