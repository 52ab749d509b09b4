import { useEffect, type ReactNode } from "react";
import { ConnectionBanner } from "./ConnectionBanner";
import classes from "./Shell.module.css";

/** A page outside of the shell: one form in the middle. */
export function Centered({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · AppOS`;
  }, [title]);
  return (
    <main className={classes.center}>
      <ConnectionBanner />
      <img src="/favicon.svg" alt="AppOS" width={44} height={44} />
      <h1>{title}</h1>
      {children}
    </main>
  );
}
