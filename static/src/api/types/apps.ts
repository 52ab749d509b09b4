import type { Job, JobState } from "./jobs";

export type AppState = "draft" | "running" | "starting" | "degraded" | "stopped" | "unknown";
export type Level = "read" | "operate";
export type ContainerState = "created" | "running" | "paused" | "restarting" | "exited" | "dead" | "removing";
export type HealthState = "" | "starting" | "healthy" | "unhealthy";

export interface Port {
  hostIp: string;
  hostPort: number;
  containerPort: number;
  protocol: string;
}

export interface AppContainer {
  id: string;
  name: string;
  state: ContainerState;
  health: HealthState;
  exitCode: number | null;
}

export interface AppService {
  name: string;
  image: string;
  state: string;
  health: HealthState;
  exitCode: number | null;
  containers: AppContainer[];
  ports: Port[];
}

export interface Probe {
  kind: "http" | "tcp";
  service: string;
  port: number;
  path?: string;
  expect?: number;
}

export interface AppSettings {
  waitSeconds: number;
  watchSeconds: number;
  probe: Probe | null;
  keepReleases: number;
}

export interface Source {
  kind: "compose" | "git" | "adopted";
  url?: string;
  branch?: string;
  path?: string;
  commit?: string;
}

export interface AppView {
  id: string;
  name: string;
  created: string;
  createdBy: string;
  updated: string;
  state: AppState;
  desired: "running" | "stopped";
  message: string;
  since: string;
  services: AppService[];
  release: number;
  revision: string;
  isChanged: boolean;
  hasDrift: boolean;
  source: Source;
  settings: AppSettings;
  job: { id: string; kind: string; state: JobState } | null;
  level: Level | "superuser";
  cpuPercent: number | null;
  memoryBytes: number | null;
}

/** What a request that queues something is answered with. */
export interface Accepted {
  app: AppView;
  job: Job | null;
}

export type Severity = "error" | "warning" | "hint";

/** What AppOS says of a Compose file, at a path of it and, where it is known, a line. */
export interface Finding {
  code: string;
  severity: Severity;
  path: string;
  line: number | null;
  message: string;
}
