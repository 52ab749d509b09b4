import { useT, type Key } from "@/i18n";
import en from "@/i18n/languages/en.json";
import classes from "./StateBadge.module.css";

export type Tone = "good" | "warn" | "bad" | "busy" | "idle";

/** The tone of each state of apps, services, containers, jobs, steps, releases and parts of the system. */
const TONES: Record<string, Tone> = {
  running: "good",
  healthy: "good",
  succeeded: "good",
  success: "good",
  ok: "good",
  current: "good",
  good: "good",
  starting: "busy",
  queued: "busy",
  waiting: "idle",
  candidate: "busy",
  restarting: "warn",
  backoff: "warn",
  degraded: "warn",
  warning: "warn",
  paused: "warn",
  interrupted: "warn",
  unhealthy: "bad",
  failed: "bad",
  failure: "bad",
  fatal: "bad",
  dead: "bad",
};
/** Of a job, `running` is what is being done, not what is well. */
const JOB_TONES: Record<string, Tone> = { running: "busy" };

/** The tone of a state; a state that nobody has named is idle. */
export const toneOf = (state: string, of?: "job"): Tone =>
  (of === "job" ? JOB_TONES[state] : undefined) ?? TONES[state] ?? "idle";

/** A state in words and colour; one that has no words is shown as it is. */
export function StateBadge({ state, of, label }: { state: string; of?: "job"; label?: string }) {
  const t = useT();
  const key = `state.${state}`;
  const words = label ?? (key in en ? t(key as Key) : state);
  return (
    <span className={`${classes.badge ?? ""} ${classes[toneOf(state, of)] ?? ""}`} data-state={state}>
      {words}
    </span>
  );
}
