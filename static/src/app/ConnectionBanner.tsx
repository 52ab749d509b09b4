import { useEffect, useRef } from "react";
import { useT } from "@/i18n";
import { useConnection } from "./hooks";
import { queryClient } from "./queryClient";
import classes from "./Shell.module.css";

/** Says that AppOS is away. Once it is back, everything that is shown is asked for anew; what was typed stays. */
export function ConnectionBanner() {
  const t = useT();
  const state = useConnection();
  const before = useRef(state);
  useEffect(() => {
    if (before.current !== "online" && state === "online") void queryClient.invalidateQueries();
    before.current = state;
  }, [state]);
  return (
    <div role="status">
      {state !== "online" && (
        <div className={classes.banner}>
          {t(state === "lost" ? "connection.lost" : "connection.starting")}
        </div>
      )}
    </div>
  );
}
