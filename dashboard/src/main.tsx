/** Puts the page together: language, look, cache, the live connection, the rooms. */
import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "./styles.css";
import { MantineProvider } from "@mantine/core";
import { ModalsProvider } from "@mantine/modals";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { Toasts } from "./frame/Toasts";
import { startLanguage } from "./lib/i18n";
import { queryClient, startLive } from "./lib/live";
import { router } from "./router";
import { theme, variables } from "./theme";

await startLanguage();
startLive();

const place = document.getElementById("root");
if (!place) throw new Error("The page has no #root.");
const root = createRoot(place);
// As a transition it is drawn in slices, and the page answers between them.
startTransition(() =>
  root.render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <QueryClientProvider client={queryClient}>
          <ModalsProvider>
            <Toasts />
            <RouterProvider router={router} />
          </ModalsProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  ),
);
