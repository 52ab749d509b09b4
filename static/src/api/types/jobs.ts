export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "interrupted";
export type StepState = "waiting" | "running" | "succeeded" | "failed" | "cancelled" | "interrupted";

export interface Step {
  name: string;
  state: StepState;
  message: string;
  started: string;
  finished: string;
}

export interface Job {
  id: string;
  kind: string;
  /** The app's name; "" is none. */
  subject: string;
  requestedBy: string;
  state: JobState;
  steps: Step[];
  progress: { done: number; total: number; message: string };
  error: { code: string; message: string } | null;
  attempt: number;
  waitingFor: string;
  /** Dates are PocketBase's; "" is not yet. */
  started: string;
  finished: string;
  created: string;
  updated: string;
}

/** A line of a job's log. */
export interface JobLine {
  id: number;
  created: string;
  text: string;
}

export const isFinal = (state: JobState) => state !== "queued" && state !== "running";
