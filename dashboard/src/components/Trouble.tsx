/** Something could not be read or done: what happened, what to do, and the button that tries again. */
import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/lib/client";
import { useLocale } from "@/lib/i18n";
import { Said } from "./Said";
import { Shape } from "./Sign";
import classes from "./Trouble.module.css";

/** The server speaks English. To whoever reads another language at least the kind of trouble is said in theirs. */
const FAMILY = {
  401: "signedOut",
  403: "refused",
  404: "missing",
  409: "conflict",
  413: "tooLarge",
  422: "invalid",
  500: "broken",
  503: "unavailable",
} as const;

const familyOf = (status: number) => (FAMILY as Partial<Record<number, Family>>)[status];
type Family = (typeof FAMILY)[keyof typeof FAMILY];

export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  const foreign = !useLocale().startsWith("en");
  return (error) => {
    if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
    if (error.status === 0) return t("trouble.unreachable");
    const family = foreign && familyOf(error.status);
    return [family && t(`trouble.family.${family}`), error.message, error.remedy]
      .filter(Boolean)
      .join(" ");
  };
}

interface TroubleProps {
  error: unknown;
  retry?: () => void;
}

export function Trouble({ error, retry }: TroubleProps) {
  const { t } = useTranslation();
  const say = useErrorText();
  const request = error instanceof ApiError ? error.requestId : null;
  return (
    <div role="alert" data-tone="failed" className={classes.trouble}>
      <Shape tone="failed" />
      <div className={classes.text}>
        <p>
          <Said text={say(error)} />
        </p>
        {request ? <p className="meta mono">{t("trouble.request", { id: request })}</p> : null}
      </div>
      {retry ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} />}
          onClick={() => retry()}
        >
          {t("action.tryAgain")}
        </Button>
      ) : null}
    </div>
  );
}
