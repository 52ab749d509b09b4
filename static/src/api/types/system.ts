export type Health = "ok" | "warning" | "failed";

export interface Part {
  state: Health;
  message: string;
}

export interface EngineInfo {
  version: string;
  apiVersion: string;
  operatingSystem: string;
  architecture: string;
  cpus: number;
  memoryBytes: number;
  containers: number;
  containersRunning: number;
  images: number;
}

export interface Status {
  version: string;
  started: string;
  uptimeSeconds: number;
  database: Part;
  queue: Part;
  engine: Part & { info: EngineInfo | null };
  compose: Part;
  disk: Part & { totalBytes: number; freeBytes: number };
  jobs: Record<string, number>;
}

/** A program that AppOS consists of. */
export interface Service {
  name: string;
  state: string;
  managed: boolean;
  pid: number | null;
  started: string;
  uptimeSeconds: number;
  description: string;
}

export interface ServiceLine {
  time: string;
  text: string;
}

export interface Entry {
  id: string;
  actor: string;
  actorId: string;
  action: string;
  subject: string;
  address: string;
  result: "success" | "failure";
  detail: string;
  created: string;
}

export interface OwnSettings {
  publicAddress: string;
  logLevel: string;
  logsDays: number;
  jobsDays: number;
  metricsDays: number;
  watchSeconds: number;
  terminalRecording: boolean;
  recordingDays: number;
  notifyEmails: string[];
}

export interface Registry {
  registry: string;
  username: string;
  updated: string;
}

export interface Diagnosis {
  state: Health;
  items: { part: string; state: Health; message: string; cure: string }[];
}

export type MetricsRange = "1h" | "6h" | "24h" | "7d";

/** What something uses; null is what is not known. */
export interface Usage {
  cpuPercent: number | null;
  memoryBytes: number | null;
  receivedBytesPerSecond: number | null;
  sentBytesPerSecond: number | null;
  diskBytes: number | null;
  load: number | null;
}

/** A chart of the host or of an app. */
export interface Metrics {
  range: MetricsRange;
  stepSeconds: number;
  app: string;
  points: (Usage & { time: string })[];
  now: Usage;
  size: { cpus: number; memoryBytes: number; diskBytes: number };
  forecast: { days: number; fullAt: string; bytesPerDay: number; message: string } | null;
}
