import { yaml } from "@codemirror/lang-yaml";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { base, colours } from "./look";
import { shadowOf } from "./shadow";

export interface DiffProps {
  before: string;
  after: string;
  beforeLabel: string;
  afterLabel: string;
}

/** Two texts side by side, read only. */
export default function Diff({ before, after, beforeLabel, afterLabel }: DiffProps) {
  const host = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    if (!host.current) return undefined;
    const root = shadowOf(host.current);
    const side = (doc: string, label: string) => ({
      doc,
      extensions: [
        base,
        yaml(),
        colours(scheme === "dark"),
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ "aria-label": label }),
      ],
    });
    const view = new MergeView({
      a: side(before, beforeLabel),
      b: side(after, afterLabel),
      parent: root,
      root,
      collapseUnchanged: {},
    });
    return () => view.destroy();
  }, [before, after, beforeLabel, afterLabel, scheme]);
  return <div ref={host} />;
}
