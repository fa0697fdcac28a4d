/** A turn's log. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { readLog, useTurnLog } from "@/lib/turnLogs";
import { Empty } from "../Empty";
import { Loading } from "../Loading";
import { LogLines, type LogLinesProps } from "./LogLines";

interface LogViewProps extends Omit<LogLinesProps, "rows"> {
  turnId: string;
}

export function LogView({ turnId, ...shown }: LogViewProps) {
  const { t } = useTranslation();
  const log = useTurnLog(turnId);
  if (log.failed && log.rows.length === 0) {
    return (
      <Empty title={t("log.failed")}>
        <Button size="xs" variant="default" onClick={() => readLog(turnId)}>
          {t("action.tryAgain")}
        </Button>
      </Empty>
    );
  }
  if (!log.ready && log.rows.length === 0) return <Loading rows={4} height={28} />;
  if (log.rows.length === 0) return <Empty title={t("log.empty")} />;
  return <LogLines key={turnId} rows={log.rows} {...shown} />;
}
