/** In rehearsal, every page says so, and offers the way out of it. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Status } from "@/api/types";
import { openConnect } from "./openConnect";
import classes from "./Ribbon.module.css";

export function Ribbon({ status }: { status: Status }) {
  const { t } = useTranslation();
  if (status.mode !== "rehearsal") return null;
  return (
    <section className={classes.ribbon} aria-label={t("rehearsal.title")}>
      <p>
        <strong>{t("rehearsal.scripted")}</strong>
        {status.waiting_for_real_model > 0 ? (
          <span> {t("rehearsal.waiting", { count: status.waiting_for_real_model })}</span>
        ) : null}
      </p>
      <Button flex="none" size="compact-sm" variant="default" onClick={() => openConnect(t)}>
        {t("rehearsal.connect")}
      </Button>
    </section>
  );
}
