/** How the editors behave and look: colours are the theme's own variables, which reach into a shadow root. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  bracketMatching,
  foldGutter,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import type { Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--appos-busy)" },
  { tag: [tags.string, tags.content], color: "var(--mantine-color-text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--appos-warn)" },
  { tag: tags.comment, color: "var(--mantine-color-dimmed)", fontStyle: "italic" },
  { tag: tags.keyword, color: "var(--appos-good)" },
]);

/** What every editor has. Tab is left to the page, so that the keyboard leads out of it. */
export const base: Extension = [
  lineNumbers(),
  foldGutter(),
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  syntaxHighlighting(highlight),
  EditorView.lineWrapping,
  keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
];

/** The colours of a scheme. */
export const colours = (isDark: boolean): Extension =>
  EditorView.theme(
    {
      "&": {
        height: "100%",
        color: "var(--mantine-color-text)",
        backgroundColor: "var(--appos-surface)",
        border: "1px solid var(--appos-line)",
        borderRadius: "var(--mantine-radius-md)",
        overflow: "hidden",
      },
      "&.cm-focused": { outline: "2px solid var(--mantine-primary-color-filled)" },
      ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", fontSize: "13px" },
      ".cm-content": { caretColor: "var(--mantine-color-text)" },
      ".cm-gutters": {
        color: "var(--mantine-color-dimmed)",
        backgroundColor: "var(--appos-ground)",
        borderRight: "1px solid var(--appos-line)",
      },
      ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--appos-ground)" },
      ".cm-tooltip, .cm-panels": {
        color: "var(--mantine-color-text)",
        backgroundColor: "var(--appos-surface)",
        border: "1px solid var(--appos-line)",
      },
    },
    { dark: isDark },
  );
