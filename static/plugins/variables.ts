/**
 * Mantine's CSS variables as a file. Mantine would write them into a <style> element when the page starts, which
 * `style-src 'self'` refuses.
 */
import {
  convertCssVariables,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from "@mantine/core";
import type { Plugin } from "vite";
import { theme, variables } from "../src/app/theme.ts";

const NAME = "virtual:mantine-variables.css";

/** Return the rules for `:root` and for both colour schemes. */
export function variablesCss(): string {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme);
  const made = defaultCssVariablesResolver(merged);
  const own = variables(merged);
  return convertCssVariables(
    {
      variables: { ...made.variables, ...own.variables },
      light: { ...made.light, ...own.light },
      dark: { ...made.dark, ...own.dark },
    },
    ":root",
  );
}

/** Serve the variables as a module that `src/main.tsx` imports. */
export function mantineVariables(): Plugin {
  return {
    name: "mantine-variables",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}` ? variablesCss() : undefined),
  };
}
