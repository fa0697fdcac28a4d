/** An address that leads nowhere, and a room that broke. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/Empty";
import { Page } from "@/components/Page";
import { Trouble } from "@/components/Trouble";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("notFound.title")}>
      <Empty title={t("notFound.text")}>
        <Button component={Link} to="/" variant="default">
          {t("notFound.home")}
        </Button>
      </Empty>
    </Page>
  );
}

export function RoomFailed({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation();
  return (
    <Page title={t("trouble.room")}>
      <Trouble error={error} retry={reset} />
    </Page>
  );
}
