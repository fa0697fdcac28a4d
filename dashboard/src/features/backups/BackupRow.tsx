/** One backup, and whether it is proven that it can be put back. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Backup } from "@/api/types";
import { useTell } from "@/components/asking";
import { Count } from "@/components/figures";
import { Sign } from "@/components/Sign";
import { Ago, Milliseconds } from "@/components/times";
import { useLocale } from "@/lib/i18n";
import { useVerifyBackup } from "./api";
import classes from "./Backups.module.css";
import { size } from "./sizes";

export function BackupRow({ backup }: { backup: Backup }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const tell = useTell();
  const verify = useVerifyBackup();
  const { drill } = backup;
  const word = drill === null ? "undrilled" : drill.passed ? "passed" : "failed";
  const tone = drill === null ? "idle" : drill.passed ? "done" : "failed";
  return (
    <li className={classes.backup}>
      <div className={classes.what}>
        <p className={classes.head}>
          <Sign tone={tone} label={t(`backups.${word}`)} />
          <strong>
            <Ago at={backup.made_at} />
          </strong>
          <span className="figure">{size(backup.bytes, locale)}</span>
          <span className="meta">{backup.reason}</span>
        </p>
        <p className="meta mono">{backup.name}</p>
        {drill ? (
          <p className="meta">
            {t("backups.drill")} <Ago at={drill.at} />: <Count value={drill.rows} />{" "}
            {t("backups.rows")}, <Count value={drill.opened} /> {t("backups.opened")},{" "}
            <Milliseconds value={drill.seconds * 1000} />
          </p>
        ) : null}
        {drill?.problems.map((problem) => (
          <p key={problem} className={classes.problem}>
            {problem}
          </p>
        ))}
      </div>
      <Button
        size="xs"
        variant="default"
        loading={verify.isPending}
        onClick={() => verify.mutate(backup.name, tell(t("backups.verified")))}
      >
        {t("backups.verify")}
      </Button>
    </li>
  );
}
