/** What sempre.toml wants of a person, wherever they are: rights that wait for them, a file that does not hold. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Status } from "@/api/types";
import look from "@/components/look.module.css";
import { Shape } from "@/components/Sign";

export function FileNotice({ status }: { status: Status }) {
  const { t } = useTranslation();
  const { proposals } = status.counts;
  return (
    <>
      {status.settings.problem ? (
        <p data-tone="failed" className={look.warning}>
          <Shape tone="failed" size={14} />
          <Link to="/settings" className={look.link}>
            {t("file.broken")}
          </Link>
        </p>
      ) : null}
      {proposals > 0 ? (
        <p data-tone="waiting" className={look.warning}>
          <Shape tone="waiting" size={14} />
          <Link to="/settings/policies" className={look.link}>
            {t("file.asks", { count: proposals })}
          </Link>
        </p>
      ) : null}
    </>
  );
}
