/** Mantine as this product wants it: calm, dense, one accent. Colours with a meaning are in styles.css. */
import { type CSSVariablesResolver, createTheme } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: '"JetBrains Mono Variable", ui-monospace, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.25rem", lineHeight: "1.4" },
      h2: { fontSize: "0.9375rem", lineHeight: "1.4" },
      h3: { fontSize: "0.875rem", lineHeight: "1.4" },
    },
  },
  colors: {
    dark: [
      "#d5d9e2",
      "#b4bac8",
      "#99a1b3",
      "#5d6576",
      "#343b49",
      "#2a303c",
      "#1d222c",
      "#141820",
      "#0f1218",
      "#0a0c10",
    ],
  },
  components: {
    Button: { defaultProps: { size: "sm" } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 350, fz: 12 } },
    Modal: {
      defaultProps: {
        radius: "lg",
        centered: true,
        transitionProps: { duration: 120 },
        classNames: { content: "over", header: "over-head" },
        // A dialog's head is no second banner of the page.
        attributes: { header: { role: "presentation" } },
      },
    },
    SegmentedControl: { defaultProps: { withItemsBorders: false } },
    // Opened, the first entry has the focus: Mantine's own place for it is nothing that a menu may hold, nor is a line
    // without a role. It hangs in the page's landmark, not beside it.
    Menu: {
      defaultProps: {
        transitionProps: { duration: 100 },
        withInitialFocusPlaceholder: false,
        portalProps: { target: "#main" },
      },
    },
    MenuDivider: { defaultProps: { role: "separator" } },
  },
});

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#f7f8fa",
    "--mantine-color-text": "#181c25",
    "--mantine-color-dimmed": "#555e6f",
    "--mantine-color-placeholder": "#687183",
    "--mantine-color-default-border": "#dfe3ea",
    "--mantine-color-anchor": "#3b4cc0",
    "--mantine-color-error": "#b42318",
  },
  dark: {
    "--mantine-color-body": "#0f1218",
    "--mantine-color-text": "#d9dde6",
    "--mantine-color-dimmed": "#9aa3b5",
    "--mantine-color-placeholder": "#8790a3",
    "--mantine-color-default": "#171b24",
    "--mantine-color-default-hover": "#1d222c",
    "--mantine-color-default-border": "#272d39",
    "--mantine-color-anchor": "#9db0ff",
    "--mantine-color-error": "#ff9c9c",
  },
});
