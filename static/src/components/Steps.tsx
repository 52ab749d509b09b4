import { Progress } from "@mantine/core";
import type { Job } from "@/api/types";
import { useLanguage } from "@/i18n";
import { duration, parseDate } from "./format";
import { StateBadge } from "./StateBadge";
import classes from "./Steps.module.css";

/** The steps of a job: each one's state, what it found, and how long it took; and how far the job is. */
export function Steps({ job }: { job: Job }) {
  const { code } = useLanguage();
  const { done, total, message } = job.progress;
  return (
    <>
      {job.state === "running" && (
        <div aria-live="polite">
          <p>{message}</p>
          {total > 0 && <Progress value={(100 * done) / total} aria-label={message || job.kind} />}
        </div>
      )}
      <ol className={classes.steps}>
        {job.steps.map((step) => (
          <li key={step.name} className={classes.step}>
            <StateBadge state={step.state} of="job" />
            <span className={classes.name}>{step.name}</span>
            <span className={classes.message}>{step.message}</span>
            <span>{took(step.started, step.finished, code)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

/** How long it took; "" while it is not over. */
export function took(started: string, finished: string, language: string): string {
  const [from, to] = [parseDate(started), parseDate(finished)];
  return from && to ? duration((to.getTime() - from.getTime()) / 1000, language) : "";
}
