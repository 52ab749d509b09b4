import { lazy, Suspense } from "react";
import { Loading } from "../States";
import type { PlotProps } from "./Plot";

const Plot = lazy(() => import("./Plot"));

/** A chart over time, loaded when it is first shown. */
export function Chart(props: PlotProps) {
  return (
    <Suspense fallback={<Loading />}>
      <Plot {...props} />
    </Suspense>
  );
}

export type { PlotProps, Series } from "./Plot";
