import { Tabs } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useNavigate, useParams } from "react-router";
import { PageFrame } from "@/components/PageFrame";
import { Loaded, Loading } from "@/components/States";
import { useT } from "@/i18n";
import { useApp } from "../queries";
import type { App } from "../types";
import { Actions } from "./Actions";

const PARTS = {
  overview: lazy(() => import("./Overview")),
  logs: lazy(() => import("./Logs")),
  terminal: lazy(() => import("./Terminals")),
  environment: lazy(() => import("./Environment")),
  compose: lazy(() => import("./Compose")),
  files: lazy(() => import("./Files")),
  releases: lazy(() => import("./Releases")),
  events: lazy(() => import("./Events")),
  jobs: lazy(() => import("./Jobs")),
  settings: lazy(() => import("./Settings")),
};
type Part = keyof typeof PARTS;

/** What may be seen with each level. */
const SEEN: Record<App["level"], readonly Part[]> = {
  read: ["overview", "logs", "events"],
  operate: ["overview", "logs", "terminal", "events"],
  superuser: Object.keys(PARTS) as Part[],
};

/** One app, in parts. */
export default function AppPage() {
  const { name = "" } = useParams();
  const query = useApp(name);
  return (
    <PageFrame title={name} actions={query.data && <Actions app={query.data} />}>
      <Loaded query={query}>{(app) => <Parts app={app} />}</Loaded>
    </PageFrame>
  );
}

function Parts({ app }: { app: App }) {
  const t = useT();
  const navigate = useNavigate();
  const wanted = useParams()["*"] ?? "";
  const seen = SEEN[app.level];
  const part = seen.find((each) => each === wanted) ?? "overview";
  const Shown = PARTS[part];
  return (
    <Tabs
      value={part}
      onChange={(next) => void navigate(`/apps/${app.name}/${next ?? ""}`)}
      keepMounted={false}
      activateTabWithKeyboard={false}
    >
      <Tabs.List mb="md" aria-label={t("apps.parts")}>
        {seen.map((each) => (
          <Tabs.Tab key={each} value={each}>
            {t(`apps.part.${each}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={part}>
        <Suspense fallback={<Loading />}>
          <Shown app={app} />
        </Suspense>
      </Tabs.Panel>
    </Tabs>
  );
}
