import { lazy, Suspense } from "react";
import { Loading } from "../States";
import type { LogLinesProps } from "./LogLines";

const LogLines = lazy(() => import("./LogLines"));

/** The lines of a log; only those that are seen are in the page, so that 100,000 of them are no burden. */
export function LogView(props: LogLinesProps) {
  return (
    <Suspense fallback={<Loading />}>
      <LogLines {...props} />
    </Suspense>
  );
}

export type { LogEntry, LogLinesProps } from "./LogLines";
