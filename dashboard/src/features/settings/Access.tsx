/** Opening this page on another device, and leaving it on this one. */
import { Button, Group } from "@mantine/core";
import { IconDeviceMobile, IconLogout } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Copyable } from "@/components/Copy";
import { Trouble } from "@/components/Trouble";
import { Remaining } from "@/components/times";
import { useLoginLink, useLogout } from "./api";
import classes from "./Settings.module.css";

export function Access() {
  const { t } = useTranslation();
  const link = useLoginLink();
  const logout = useLogout();
  return (
    <div className={`card ${classes.access}`}>
      <p>{t("access.about")}</p>
      <Group gap={8}>
        <Button
          variant="default"
          leftSection={<IconDeviceMobile size={16} />}
          loading={link.isPending}
          onClick={() => link.mutate()}
        >
          {t("access.create")}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconLogout size={16} />}
          loading={logout.isPending}
          onClick={() => logout.mutate()}
        >
          {t("access.logout")}
        </Button>
      </Group>
      {link.data ? (
        <>
          <Copyable text={link.data.url} label={t("access.copy")} />
          <p className="meta">
            {t("access.valid")} <Remaining to={link.data.expires_at} />
          </p>
        </>
      ) : null}
      {link.isError || logout.isError ? <Trouble error={link.error ?? logout.error} /> : null}
    </div>
  );
}
