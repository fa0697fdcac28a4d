/** Whether the trail is whole: asked for, then said with what it rests on. */
import { Button, Group } from "@mantine/core";
import { IconShieldSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Copyable } from "@/components/Copy";
import { Sign } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import classes from "./Audit.module.css";
import { verificationOptions } from "./api";

export function Verification() {
  const { t } = useTranslation();
  const query = useQuery(verificationOptions);
  const found = query.data;
  return (
    <div className={`card ${classes.verification}`}>
      <Group gap={10}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconShieldSearch size={15} />}
          loading={query.isFetching}
          onClick={() => void query.refetch()}
        >
          {t("audit.verify")}
        </Button>
        {found ? (
          <>
            <Sign
              tone={found.whole ? "done" : "failed"}
              label={t(found.whole ? "audit.whole" : "audit.broken")}
            />
            <span className="meta">
              {t("audit.rows", { count: found.rows })}{" "}
              {t("audit.anchors", { count: found.anchors })}
            </span>
          </>
        ) : (
          <span className="meta">{t("audit.verifyAbout")}</span>
        )}
      </Group>
      {query.isError ? <Trouble error={query.error} /> : null}
      {found?.problems.map((problem) => (
        <p key={`${problem.kind} ${problem.sequence}`} className={classes.problem}>
          #{problem.sequence}: {problem.message}
        </p>
      ))}
      {found ? (
        <>
          <p className="meta">{t("audit.headAbout")}</p>
          <Copyable text={`${found.head.sequence}:${found.head.mac}`} label={t("audit.copyHead")} />
        </>
      ) : null}
    </div>
  );
}
