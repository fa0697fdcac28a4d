/** Nobody is signed in: the one command that lets a person in. */
import { Title } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Copyable } from "@/components/Copy";
import { setTabPage } from "@/lib/tabTitle";
import classes from "./SignedOut.module.css";

export function SignedOut() {
  const { t } = useTranslation();
  useEffect(() => {
    setTabPage(t("signedOut.title"));
  }, [t]);
  return (
    <main className={classes.page}>
      <div className={`card ${classes.box}`}>
        <IconLock size={28} stroke={1.5} aria-hidden />
        <Title order={1}>{t("signedOut.title")}</Title>
        <p>{t("signedOut.how")}</p>
        <Copyable text="sempre login-link" label={t("signedOut.copy")} />
        <p className="meta">{t("signedOut.why")}</p>
      </div>
    </main>
  );
}
