import { Button, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Link } from "react-router";
import { queries } from "@/api/queries";
import type { Part, Status } from "@/api/types";
import { useAccount } from "@/app/hooks";
import { bytes } from "@/components/format";
import { Card, PageFrame } from "@/components/PageFrame";
import { StateBadge } from "@/components/StateBadge";
import { EmptyState, Loaded, Loading } from "@/components/States";
import { useLanguage, useT, type Key } from "@/i18n";
import { Jobs } from "@/pages/jobs";
import classes from "./Home.module.css";

const Usage = lazy(() => import("@/components/metrics/Usage"));

/** How the whole is: engine and disk, apps that need attention, what runs, and what to do first. */
export default function HomePage() {
  const t = useT();
  const { isSuperuser } = useAccount();
  return (
    <PageFrame title={t("nav.home")}>
      {isSuperuser && <Parts />}
      <Attention isSuperuser={isSuperuser} />
      {isSuperuser && <Running />}
      {isSuperuser && (
        <Suspense fallback={<Loading />}>
          <Usage />
        </Suspense>
      )}
    </PageFrame>
  );
}

const PARTS: readonly { part: "engine" | "compose" | "database" | "queue" | "disk"; label: Key }[] = [
  { part: "engine", label: "home.engine" },
  { part: "compose", label: "home.compose" },
  { part: "database", label: "home.database" },
  { part: "queue", label: "home.queue" },
  { part: "disk", label: "home.disk" },
];

function Parts() {
  const { t, code } = useLanguage();
  const query = useQuery({ ...queries.status(), refetchOnWindowFocus: "always" });
  const more = (status: Status, part: string) =>
    part === "disk"
      ? t("home.free", {
          free: bytes(status.disk.freeBytes, code),
          total: bytes(status.disk.totalBytes, code),
        })
      : "";
  return (
    <Loaded query={query}>
      {(status) => (
        <div className={classes.parts}>
          {PARTS.map(({ part, label }) => (
            <Card key={part} label={t(label)}>
              <PartShown title={t(label)} part={status[part]} more={more(status, part)} />
            </Card>
          ))}
        </div>
      )}
    </Loaded>
  );
}

function PartShown({ title, part, more }: { title: string; part: Part; more: string }) {
  return (
    <>
      <div className={classes.title}>
        <Title order={2} size="h5">
          {title}
        </Title>
        <StateBadge state={part.state} />
      </div>
      <div className={classes.message}>{more || part.message}</div>
    </>
  );
}

function Attention({ isSuperuser }: { isSuperuser: boolean }) {
  const t = useT();
  const query = useQuery(queries.apps({ perPage: 500 }));
  return (
    <Loaded query={query}>
      {({ items }) => {
        if (!items.length) {
          const action = isSuperuser && (
            <Button component={Link} to="/apps/new">
              {t("apps.new")}
            </Button>
          );
          return (
            <EmptyState title={t("apps.none")} action={action}>
              {t(isSuperuser ? "home.first" : "home.nothingGranted")}
            </EmptyState>
          );
        }
        const found = items.filter(
          (app) => app.state === "degraded" || app.state === "unknown" || app.hasDrift,
        );
        return (
          <Card label={t("home.attention")}>
            <Title order={2} size="h4">
              {t("home.attention")}
            </Title>
            {found.length ? (
              <ul className={classes.list}>
                {found.map((app) => (
                  <li key={app.id}>
                    <StateBadge state={app.state} /> <Link to={`/apps/${app.name}`}>{app.name}</Link>{" "}
                    {app.message}
                  </li>
                ))}
              </ul>
            ) : (
              <p>{t("home.allWell", { count: items.length })}</p>
            )}
          </Card>
        );
      }}
    </Loaded>
  );
}

function Running() {
  const t = useT();
  const query = useQuery(queries.jobs({ perPage: 10, filter: 'state = "running" || state = "queued"' }));
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length > 0 && (
          <section aria-label={t("home.running")}>
            <Title order={2} size="h4" mb="sm">
              {t("home.running")}
            </Title>
            <Jobs jobs={items} />
          </section>
        )
      }
    </Loaded>
  );
}
