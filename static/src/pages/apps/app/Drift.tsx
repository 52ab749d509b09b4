import { Alert, Button, Group, List } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { Confirm } from "@/components/Confirm";
import { Loaded } from "@/components/States";
import { useT } from "@/i18n";
import { appPath, order } from "../queries";
import type { App, DriftView } from "../types";

/** How an app differs from what was deployed, and one button to put it right either way. */
export function Drift({ app }: { app: App }) {
  const t = useT();
  const title = t(app.hasDrift ? "apps.drift" : "apps.changed");
  const isMine = app.level === "superuser";
  return (
    <Alert color="yellow" variant="outline" title={title}>
      {isMine ? <Differences app={app} /> : <p>{t(app.hasDrift ? "apps.driftText" : "apps.changedText")}</p>}
    </Alert>
  );
}

function Differences({ app }: { app: App }) {
  const t = useT();
  const [asked, setAsked] = useState<DriftView["actions"][number] | null>(null);
  const query = useQuery({
    queryKey: ["app", app.name, "drift", app.revision],
    queryFn: () => api.get<DriftView>(appPath(app.name, "drift")),
  });
  return (
    <Loaded query={query}>
      {({ items, actions, problem }) => (
        <>
          <List size="sm">
            {items.map((item) => (
              <List.Item key={`${item.place} ${item.name}`}>{item.message}</List.Item>
            ))}
          </List>
          {problem && <p>{problem}</p>}
          <Group mt="sm">
            {actions.map((action) => (
              <Button key={action} variant="default" size="xs" onClick={() => setAsked(action)}>
                {t(`drift.${action}`)}
              </Button>
            ))}
          </Group>
          {asked && (
            <Confirm
              title={t(`drift.${asked}`)}
              action={t(`drift.${asked}`)}
              isDangerous={asked === "apply"}
              onConfirm={() => order(appPath(app.name, "drift"), { action: asked })}
              onClose={() => setAsked(null)}
            >
              <p>{t(`drift.${asked}Text`, { release: app.release })}</p>
            </Confirm>
          )}
        </>
      )}
    </Loaded>
  );
}
