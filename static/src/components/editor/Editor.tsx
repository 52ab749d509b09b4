import { autocompletion, type CompletionSource } from "@codemirror/autocomplete";
import { yaml } from "@codemirror/lang-yaml";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { Annotation, Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { base, colours } from "./look";
import { shadowOf } from "./shadow";

/** What is said in the margin of a line; lines count from 1. */
export interface EditorMark {
  line: number;
  severity: "error" | "warning" | "info" | "hint";
  message: string;
}

export interface EditorProps {
  value: string;
  onChange?: (text: string) => void;
  language?: "yaml" | "text";
  /** Its name for a screen reader. */
  label: string;
  marks?: readonly EditorMark[];
  isReadOnly?: boolean;
  complete?: CompletionSource;
  /** Any CSS length; the text scrolls inside. */
  height?: string;
}

/** Marks a change that came from outside, of which nobody has to be told. */
const isGiven = Annotation.define<boolean>();

/**
 * An editor. It lives in a shadow root: there CodeMirror makes its style sheets out of objects, where it would write
 * <style> elements into a document, which the policy refuses. Tab leads out of it; Escape, then Tab as well.
 */
export default function Editor(props: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changing = useRef(props.onChange);
  const told = useRef<string[]>([]);
  const scheme = useComputedColorScheme("light");
  const settings = useRef(new Compartment());
  const { value, label, language, isReadOnly = false, complete, marks, height = "24rem" } = props;

  useEffect(() => {
    changing.current = props.onChange;
  });

  useEffect(() => {
    if (!host.current) return undefined;
    const root = shadowOf(host.current);
    const changed = EditorView.updateListener.of((update) => {
      if (!update.docChanged || update.transactions.some((it) => it.annotation(isGiven))) return;
      const text = update.state.doc.toString();
      told.current.push(text);
      changing.current?.(text);
    });
    const made = new EditorView({
      parent: root,
      root,
      state: EditorState.create({ extensions: [base, changed, settings.current.of([])] }),
    });
    view.current = made;
    return () => {
      view.current = null;
      made.destroy();
    };
  }, []);

  useEffect(() => {
    const extensions: Extension[] = [
      colours(scheme === "dark"),
      lintGutter(),
      EditorView.contentAttributes.of({ "aria-label": label }),
      EditorState.readOnly.of(isReadOnly),
    ];
    if (language === "yaml") extensions.push(yaml());
    if (complete) extensions.push(autocompletion({ override: [complete] }));
    view.current?.dispatch({ effects: settings.current.reconfigure(extensions) });
  }, [scheme, label, isReadOnly, language, complete]);

  useEffect(() => {
    // A value that was told from here comes back late when one types fast: it is no text to show.
    const place = told.current.lastIndexOf(value);
    told.current.splice(0, place + 1);
    const shown = view.current?.state.doc.toString();
    if (place >= 0 || shown === undefined || shown === value) return;
    view.current?.dispatch({
      changes: { from: 0, to: shown.length, insert: value },
      annotations: isGiven.of(true),
    });
  }, [value]);

  useEffect(() => {
    if (!view.current) return;
    const { doc } = view.current.state;
    const diagnostics = (marks ?? []).map(({ line, severity, message }) => {
      const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines));
      return { from, to, severity, message };
    });
    view.current.dispatch(setDiagnostics(view.current.state, diagnostics));
  }, [marks, value]);

  return <div ref={host} style={{ height }} data-editor={label} />;
}
