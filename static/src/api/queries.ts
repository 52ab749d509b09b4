/** Keys and queries that several pages share. Keys begin with the noun, so that a change can reach all of it. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import type { ListQuery, Page } from "./list";
import type {
  AppView,
  Diagnosis,
  Entry,
  Job,
  Metrics,
  MetricsRange,
  OwnSettings,
  Registry,
  Service,
  Status,
} from "./types";

const MEASURED_MS = 30_000;

export const queries = {
  apps: (query: ListQuery = {}) =>
    queryOptions({
      queryKey: ["apps", "list", query],
      queryFn: ({ signal }) => api.get<Page<AppView>>("apps", query, signal),
    }),
  app: (id: string) =>
    queryOptions({
      queryKey: ["apps", "one", id],
      queryFn: ({ signal }) => api.get<AppView>(`apps/${encodeURIComponent(id)}`, undefined, signal),
    }),
  jobs: (query: ListQuery = {}) =>
    queryOptions({
      queryKey: ["jobs", "list", query],
      queryFn: ({ signal }) => api.get<Page<Job>>("jobs", query, signal),
    }),
  job: (id: string) =>
    queryOptions({
      queryKey: ["jobs", "one", id],
      queryFn: ({ signal }) => api.get<Job>(`jobs/${id}`, undefined, signal),
    }),
  audit: (query: ListQuery = {}) =>
    queryOptions({
      queryKey: ["audit", query],
      queryFn: ({ signal }) => api.get<Page<Entry>>("audit", query, signal),
    }),
  status: () =>
    queryOptions({
      queryKey: ["system", "status"],
      queryFn: ({ signal }) => api.get<Status>("system/status", undefined, signal),
    }),
  /** Asked for again as often as AppOS measures, while somebody looks. */
  metrics: (range: MetricsRange, app: string) =>
    queryOptions({
      queryKey: ["metrics", range, app],
      queryFn: ({ signal }) => api.get<Metrics>("system/metrics", app ? { range, app } : { range }, signal),
      refetchInterval: MEASURED_MS,
      placeholderData: keepPreviousData,
    }),
  doctor: () =>
    queryOptions({
      queryKey: ["system", "doctor"],
      queryFn: ({ signal }) => api.get<Diagnosis>("system/doctor", undefined, signal),
    }),
  services: () =>
    queryOptions({
      queryKey: ["system", "services"],
      queryFn: ({ signal }) => api.get<Page<Service>>("system/services", undefined, signal),
    }),
  ownSettings: () =>
    queryOptions({
      queryKey: ["settings", "own"],
      queryFn: ({ signal }) => api.get<OwnSettings>("settings", undefined, signal),
    }),
  registries: () =>
    queryOptions({
      queryKey: ["registries"],
      queryFn: ({ signal }) => api.get<{ items: Registry[] }>("docker/registries", undefined, signal),
    }),
};
