/** Findings, the worst first, each with what to do. */
import { Button, Group } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Loading } from "@/components/Loading";
import { Said } from "@/components/Said";
import { Sign } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import { Ago } from "@/components/times";
import { doctorOptions } from "./api";
import classes from "./Doctor.module.css";
import { TONE, worstFirst } from "./levels";

export function FindingList() {
  const { t } = useTranslation();
  const query = useQuery(doctorOptions);
  if (query.isPending) {
    return (
      <>
        <p className="meta">{t("doctor.looking")}</p>
        <Loading rows={8} height={44} />
      </>
    );
  }
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      <Group gap={12}>
        <Sign
          tone={query.data.ok ? "done" : "failed"}
          label={t(query.data.ok ? "doctor.ok" : "doctor.problems")}
        />
        <span className="meta">
          <Ago at={new Date(query.dataUpdatedAt).toISOString()} />
        </span>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} />}
          loading={query.isFetching}
          onClick={() => void query.refetch()}
        >
          {t("doctor.again")}
        </Button>
      </Group>
      <ul className={`card ${classes.list}`}>
        {worstFirst(query.data.findings).map((finding) => (
          <li key={`${finding.check} ${finding.message}`} className={classes.finding}>
            <Sign tone={TONE[finding.level]} label={t(`doctor.level.${finding.level}`)} />
            <div>
              <p>
                <strong>{finding.check}</strong> <Said text={finding.message} />
              </p>
              {finding.remedy ? (
                <p className="meta">
                  <Said text={finding.remedy} />
                </p>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
