import { useState } from "react";
import { useRouteError } from "react-router";
import { ErrorState, Loading } from "@/components/States";

/** What browsers and Vite say where a file of a page does not arrive. */
const NOT_ARRIVED = /dynamically imported module|module script failed|preload CSS/i;

/**
 * A page that could not be shown. Where a file of it did not arrive, since the network has changed or since after an
 * upgrade it has another name, the page is loaded anew by itself; where that does not help, on demand.
 */
export function Broken() {
  const error = useRouteError();
  const isMissing = error instanceof Error && NOT_ARRIVED.test(error.message);
  const [isLeaving] = useState(() => isMissing && (window.apposLoading?.again() ?? false));
  if (isLeaving) return <Loading />;
  return <ErrorState error={error} onRetry={() => window.location.reload()} />;
}
