import { lazy, Suspense } from "react";
import { Loading } from "../States";
import type { ScreenProps } from "./Screen";

const Screen = lazy(() => import("./Screen"));

/** A terminal in a container, loaded when it is first shown. */
export function Terminal(props: ScreenProps) {
  return (
    <Suspense fallback={<Loading />}>
      <Screen {...props} />
    </Suspense>
  );
}
