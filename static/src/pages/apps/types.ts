/** Apps as AppOS tells them; see docs/api.md. Dates are PocketBase's. */
import type { Job } from "@/api/types";

export type AppState = "draft" | "running" | "starting" | "degraded" | "stopped" | "unknown";
export type Level = "superuser" | "operate" | "read";

export interface Port {
  hostIp: string;
  hostPort: number;
  containerPort: number;
  protocol: string;
}

export interface Container {
  id: string;
  name: string;
  state: string;
  health: string;
  exitCode: number;
}

export interface Service {
  name: string;
  image: string;
  state: string;
  health: string;
  exitCode: number;
  containers: Container[];
  ports: Port[];
}

export interface AppSettings {
  waitSeconds: number;
  watchSeconds: number;
  keepReleases: number;
}

export interface App {
  id: string;
  name: string;
  created: string;
  createdBy: string;
  state: AppState;
  desired: "running" | "stopped";
  message: string;
  services: Service[];
  release: number;
  revision: string;
  isChanged: boolean;
  hasDrift: boolean;
  source: { kind: string };
  settings: AppSettings;
  job: { id: string; kind: string; state: string } | null;
  level: Level;
  cpuPercent: number | null;
  memoryBytes: number | null;
}

export interface Accepted {
  app: App;
  job: Job | null;
}

export interface Finding {
  severity: "error" | "warning" | "info";
  code: string;
  path: string;
  file: string | null;
  line: number | null;
  message: string;
  fix: string;
}

export interface Action {
  kind: string;
  target: string;
  name: string;
  reasons: { text: string }[];
}

export interface Check {
  valid: boolean;
  findings: Finding[];
  refused: Finding[];
  plan: { actions: Action[] } | null;
}

/** What was read of a repository. */
export interface GitCheck extends Check {
  commit: string;
  compose: string;
  files: string[];
  leftOut: string[];
  hostKey: string;
}

export interface GitView {
  url: string;
  branch: string;
  path: string;
  commit: string;
  username: string;
  hasPassword: boolean;
  hasPrivateKey: boolean;
  hostKey: string;
}

export interface DriftView {
  release: number;
  items: { place: string; name: string; state: string; message: string }[];
  actions: ("apply" | "accept")[];
  problem: string;
}

export interface Generation {
  number: number;
  created: string;
  createdBy: string;
  reason: string;
  revision: string;
}

export interface Compose {
  compose: string;
  file: string;
  revision: string;
  history: Generation[];
}

export interface Release {
  number: number;
  state: string;
  kind: string;
  created: string;
  createdBy: string;
  error: string;
  message: string;
  images: Record<string, { reference: string; id: string; digest: string }>;
}

export interface Env {
  env: Record<string, string | null>;
  text: string;
  revision: string;
}

export interface Entry {
  name: string;
  path: string;
  kind: "file" | "directory" | "link" | "other";
  sizeBytes: number;
  modified: string;
}

export interface Removal {
  containers: string[];
  networks: string[];
  volumes: string[];
  images: string[];
  files: string[];
  keeps: string[];
}
