import { useRouteError } from "react-router";
import { ErrorState } from "@/components/States";

/** A page that could not be shown: after an upgrade its file has another name, so that a reload mends it. */
export function Broken() {
  return <ErrorState error={useRouteError()} onRetry={() => window.location.reload()} />;
}
