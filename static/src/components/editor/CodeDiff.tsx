import { lazy, Suspense } from "react";
import { Loading } from "../States";
import type { DiffProps } from "./Diff";

const Diff = lazy(() => import("./Diff"));

/** Two texts side by side, what differs marked. */
export function CodeDiff(props: DiffProps) {
  return (
    <Suspense fallback={<Loading />}>
      <Diff {...props} />
    </Suspense>
  );
}
