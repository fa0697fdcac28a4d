/** The records, newest first; one opens to its details. */
import { Anchor, Button, UnstyledButton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuditEntry } from "@/api/types";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import look from "@/components/look.module.css";
import { More } from "@/components/More";
import { Trouble } from "@/components/Trouble";
import { Ago } from "@/components/times";
import type { AuditSearch } from "@/lib/addresses";
import { shown } from "@/lib/visible";
import classes from "./Audit.module.css";
import { auditOptions } from "./api";
import { summary } from "./summary";

interface AuditListProps {
  filter: AuditSearch;
  onClear: () => void;
}

export function AuditList({ filter, onClear }: AuditListProps) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(auditOptions(filter));
  if (query.isPending) return <Loading rows={6} height={40} />;
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError && entries.length === 0) {
    return <Trouble error={query.error} retry={() => void query.refetch()} />;
  }
  if (entries.length === 0) {
    return Object.values(filter).some(Boolean) ? (
      <Empty title={t("audit.noMatch")}>
        <Button size="xs" variant="default" onClick={onClear}>
          {t("audit.clear")}
        </Button>
      </Empty>
    ) : (
      <Empty title={t("audit.none")} />
    );
  }
  return (
    <>
      <ol className={`card ${classes.list}`} aria-label={t("room.audit")}>
        {entries.map((entry) => (
          <Entry key={entry.sequence} entry={entry} />
        ))}
      </ol>
      <More query={query} />
    </>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <li className={classes.entry}>
      <UnstyledButton
        className={classes.row}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        data-row
      >
        <span className="meta figure">#{entry.sequence}</span>
        <span className="meta">
          <Ago at={entry.at} />
        </span>
        <span className={`mono ${classes.what}`}>{entry.what}</span>
        <span className={`meta mono one-line ${classes.by}`}>{entry.by}</span>
        <span className={`one-line ${classes.said}`}>{shown(summary(entry))}</span>
      </UnstyledButton>
      {open ? (
        <div className={classes.details}>
          <p className="meta mono">{entry.mac}</p>
          {entry.turn_id ? (
            <Anchor component={Link} to={`/turns/${entry.turn_id}`} size="xs">
              {t("timeline.turn")}
            </Anchor>
          ) : null}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long details are scrolled with the keyboard */}
          <pre className={look.raw} tabIndex={0}>
            {shown(JSON.stringify(entry.details, null, 2))}
          </pre>
        </div>
      ) : null}
    </li>
  );
}
