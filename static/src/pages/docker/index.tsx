import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "@/api/client";
import { PageFrame } from "@/components/PageFrame";
import { StateBadge } from "@/components/StateBadge";
import { Loaded, Loading } from "@/components/States";
import { useT } from "@/i18n";

const PARTS = {
  containers: lazy(() => import("./Containers")),
  images: lazy(() => import("./Images")),
  volumes: lazy(() => import("./Volumes")),
  networks: lazy(() => import("./Networks")),
  disk: lazy(() => import("./Disk")),
};
type Part = keyof typeof PARTS;
const NAMES = Object.keys(PARTS) as Part[];

interface Info {
  state: { connected: boolean; since: number; message: string };
  info: { version: string; operatingSystem: string; cpus: number } | null;
}

/** The Docker behind the apps. */
export default function DockerPage() {
  const t = useT();
  const navigate = useNavigate();
  const wanted = useParams()["*"] ?? "";
  const part = NAMES.find((name) => name === wanted) ?? "containers";
  const Shown = PARTS[part];
  const query = useQuery({ queryKey: ["docker", "info"], queryFn: () => api.get<Info>("docker/info") });
  return (
    <PageFrame title={t("docker.title")}>
      <Loaded query={query}>
        {({ state, info }) => (
          <p>
            <StateBadge state={state.connected ? "ok" : "failed"} />{" "}
            {info ? `Docker ${info.version}, ${info.operatingSystem}` : state.message}
          </p>
        )}
      </Loaded>
      <Tabs
        value={part}
        onChange={(next) => void navigate(`/docker/${next ?? ""}`)}
        keepMounted={false}
        activateTabWithKeyboard={false}
      >
        <Tabs.List mb="md" aria-label={t("docker.title")}>
          {NAMES.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`docker.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={part}>
          <Suspense fallback={<Loading />}>
            <Shown />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </PageFrame>
  );
}
