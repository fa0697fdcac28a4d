/** How sempre.toml stands while Sempre runs: why it does not hold, and what a restart would read. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { Sign } from "@/components/Sign";
import { statusOptions } from "@/features/now/api";
import { shown } from "@/lib/visible";
import classes from "./Settings.module.css";

export function FileStanding() {
  const { t } = useTranslation();
  const { data } = useQuery(statusOptions);
  if (!data) return null;
  const { problem, waiting } = data.settings;
  return (
    <div role="status">
      {problem ? (
        <p>
          <Sign tone="failed" label={t("settings.problem")} /> {shown(problem)}
        </p>
      ) : null}
      {waiting.length > 0 ? (
        <p>
          <Sign tone="waiting" label={t("settings.waiting")} />{" "}
          {waiting.map((section, at) => (
            <Fragment key={section}>
              {at > 0 ? ", " : null}
              <Link to="/settings" hash={section} className={`mono ${classes.link}`}>
                {section}
              </Link>
            </Fragment>
          ))}
        </p>
      ) : null}
    </div>
  );
}
