import { createTheme, type CSSVariablesResolver } from "@mantine/core";

const dialog = {
  // The lock would write a <style> element; app/global.css keeps the page still beneath a dialog.
  lockScroll: false,
  // What stands above a dialog's content is no second banner of the page.
  attributes: { header: { role: "presentation" } },
};

/** The look of the dashboard. `plugins/variables.ts` makes a style sheet of it when it is built. */
export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: "md",
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans SC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Modal: { defaultProps: { ...dialog, centered: true } },
    Drawer: { defaultProps: dialog },
    // To choose what is chosen already is no wish to have nothing chosen.
    // With the radius of the others it looks like a radio button.
    Checkbox: { defaultProps: { radius: "sm" } },
    Select: { defaultProps: { allowDeselect: false } },
  },
});

/** What stands apart from Mantine's own: text that is read at 4.5:1 on its ground. */
export const variables: CSSVariablesResolver = (merged) => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": merged.colors.gray[7],
    "--mantine-color-placeholder": merged.colors.gray[7],
    "--mantine-color-error": merged.colors.red[9],
    "--mantine-color-red-filled": merged.colors.red[9],
    "--mantine-color-red-outline": merged.colors.red[9],
    "--mantine-color-red-text": merged.colors.red[9],
    "--mantine-color-yellow-outline": "#7a4b00",
    "--mantine-color-blue-outline": "#1d4b9e",
    "--appos-ground": "#f7f8fa",
    "--appos-surface": "#ffffff",
    "--appos-line": merged.colors.gray[3],
    "--appos-good": "#1a6b31",
    "--appos-good-ground": "#e3f6e8",
    "--appos-warn": "#7a4b00",
    "--appos-warn-ground": "#fff1d6",
    "--appos-bad": "#a61e1e",
    "--appos-bad-ground": "#fdeaea",
    "--appos-busy": "#1d4b9e",
    "--appos-busy-ground": "#e6eefc",
    "--appos-idle": "#4a5058",
    "--appos-idle-ground": "#eceef1",
  },
  dark: {
    "--mantine-color-dimmed": merged.colors.dark[1],
    "--mantine-color-placeholder": merged.colors.dark[1],
    "--mantine-color-error": merged.colors.red[4],
    "--mantine-color-anchor": merged.colors.indigo[3],
    "--appos-ground": "#16181c",
    "--appos-surface": "#1d2025",
    "--appos-line": "#343a42",
    "--appos-good": "#8fdda3",
    "--appos-good-ground": "#16331f",
    "--appos-warn": "#f5c97a",
    "--appos-warn-ground": "#3a2b0d",
    "--appos-bad": "#ffaaaa",
    "--appos-bad-ground": "#431c1c",
    "--appos-busy": "#a9c7ff",
    "--appos-busy-ground": "#1a2c4d",
    "--appos-idle": "#c3c9d1",
    "--appos-idle-ground": "#2a2f36",
  },
});
