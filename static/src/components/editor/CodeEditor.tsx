import { lazy, Suspense } from "react";
import { Loading } from "../States";
import type { EditorProps } from "./Editor";

const Editor = lazy(() => import("./Editor"));

/** CodeMirror, loaded when it is first shown. */
export function CodeEditor(props: EditorProps) {
  return (
    <Suspense fallback={<Loading />}>
      <Editor {...props} />
    </Suspense>
  );
}

export type { EditorMark, EditorProps } from "./Editor";
