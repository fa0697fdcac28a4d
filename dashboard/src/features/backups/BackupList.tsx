/** Every backup with its newest drill, when the next one comes, and what went wrong with the last. */
import { Button, Group } from "@mantine/core";
import { IconArchive } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Backups } from "@/api/types";
import { useTell } from "@/components/asking";
import { Copyable } from "@/components/Copy";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Said } from "@/components/Said";
import { Shape } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import { Ago, Until } from "@/components/times";
import { backupsOptions, useMakeBackup } from "./api";
import { BackupRow } from "./BackupRow";
import classes from "./Backups.module.css";

export function BackupList() {
  const { t } = useTranslation();
  const query = useQuery(backupsOptions);
  if (query.isPending) return <Loading rows={4} height={64} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const backups = query.data;
  return (
    <>
      <Standing backups={backups} />
      {backups.items.length === 0 ? (
        <Empty title={t("backups.none")} />
      ) : (
        <ul className={`card ${classes.list}`}>
          {backups.items.map((backup) => (
            <BackupRow key={backup.name} backup={backup} />
          ))}
        </ul>
      )}
      <p className="meta">
        <Said text={t("backups.restore")} />
      </p>
    </>
  );
}

function Standing({ backups }: { backups: Backups }) {
  const { t } = useTranslation();
  const tell = useTell();
  const make = useMakeBackup();
  return (
    <div className={`card ${classes.standing}`}>
      {backups.obstacle ? (
        <p className={classes.toned} data-tone="failed">
          <Shape tone="failed" />
          <span>
            {t("backups.obstacle")} {backups.obstacle}
          </span>
        </p>
      ) : null}
      {backups.missing_since ? (
        <p className={classes.toned} data-tone="failed">
          <Shape tone="failed" />
          <span>
            {t("backups.missing")} <Ago at={backups.missing_since} />. {backups.failure}
          </span>
        </p>
      ) : null}
      <p>
        {t("backups.schedule", { every: backups.every, count: backups.keep })}{" "}
        {backups.next_at ? (
          <>
            {t("backups.next")} <Until at={backups.next_at} />.
          </>
        ) : (
          t("backups.noNext")
        )}
      </p>
      <p className="meta">
        <Said text={t("backups.setBy")} />
      </p>
      <Copyable text={backups.folder} label={t("backups.copyFolder")} />
      <Group>
        <Button
          leftSection={<IconArchive size={15} />}
          loading={make.isPending}
          onClick={() => make.mutate(undefined, tell(t("backups.made")))}
        >
          {t("backups.make")}
        </Button>
      </Group>
    </div>
  );
}
