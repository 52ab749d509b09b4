/** What the pages of apps ask, and how changes on the server reach them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { address, api } from "@/api/client";
import type { Page } from "@/api/list";
import type { Job } from "@/api/types";
import { tellJob } from "@/components/toast";
import { useRecords } from "@/live/realtime";
import { useStream } from "@/live/useStream";
import type { Accepted, App } from "./types";

const MOST = 500;

/** All apps that one may see; a change of one asks them anew. */
export function useApps() {
  const cache = useQueryClient();
  const refresh = useCallback(() => void cache.invalidateQueries({ queryKey: ["apps"] }), [cache]);
  useRecords("apps", refresh, refresh);
  useRecords("jobs", refresh);
  return useQuery({
    queryKey: ["apps"],
    queryFn: ({ signal }) => api.get<Page<App>>("apps", { perPage: MOST }, signal),
  });
}

/** One app, by its name. */
export function useApp(name: string) {
  const cache = useQueryClient();
  const refresh = useCallback(() => void cache.invalidateQueries({ queryKey: ["app", name] }), [cache, name]);
  useRecords<{ name: string }>("apps", ({ record }) => record.name === name && refresh(), refresh);
  useRecords<Job>("jobs", ({ record }) => record.subject === name && refresh());
  return useQuery({
    queryKey: ["app", name],
    queryFn: ({ signal }) => api.get<App>(`apps/${encodeURIComponent(name)}`, {}, signal),
  });
}

/** The path of an app's routes. */
export const appPath = (name: string, rest = "") => `apps/${encodeURIComponent(name)}${rest && `/${rest}`}`;

/** Ask for something that takes time; a toast leads to its job. */
export async function order(path: string, body?: unknown): Promise<Job | null> {
  const { job } = await api.post<Accepted>(path, body);
  if (job) tellJob(job);
  return job;
}

export interface Used {
  id: string;
  name: string;
  cpuPercent: number | null;
  memoryBytes: number | null;
}

/** What apps use, streamed while it is looked at. */
export function useUsage(): ReadonlyMap<string, Used> {
  const [used, setUsed] = useState<ReadonlyMap<string, Used>>(new Map());
  useStream(address("apps/stats"), {
    onEvent: ({ event, data }) => {
      if (event === "stats") {
        const { items } = JSON.parse(data) as { items: Used[] };
        setUsed(new Map(items.map((item) => [item.name, item])));
      }
      return undefined;
    },
  });
  return used;
}
