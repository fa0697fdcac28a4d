/** What is said in passing, in the corner; each with a way to close it that has a name. */
import { MantineThemeProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

export function Toasts() {
  const { t } = useTranslation();
  const closeButtonProps = { "aria-label": t("action.close") };
  return (
    <MantineThemeProvider
      theme={{ components: { Notification: { defaultProps: { closeButtonProps } } } }}
    >
      <Notifications
        position="bottom-right"
        classNames={{ root: "toasts", notification: "over" }}
      />
    </MantineThemeProvider>
  );
}
