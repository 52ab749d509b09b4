import { Button, Checkbox, Group, List } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api } from "@/api/client";
import { Confirm, ConfirmByName } from "@/components/Confirm";
import { Loaded } from "@/components/States";
import { complain, tellJob } from "@/components/toast";
import { useT } from "@/i18n";
import { appPath, order } from "../queries";
import type { Accepted, App, Removal } from "../types";

const VERBS = ["start", "stop", "restart", "update"] as const;

/** What can be done with an app now. */
export function Actions({ app }: { app: App }) {
  const t = useT();
  const [asked, setAsked] = useState<"stop" | "remove" | null>(null);
  if (app.level === "read") return null;
  const isDeployed = app.release > 0;
  const isRunning = app.state !== "stopped" && app.state !== "draft";
  const act = (verb: string, body?: unknown) => void order(appPath(app.name, verb), body).catch(complain);
  return (
    <>
      {VERBS.filter((verb) => (verb === "start" ? !isRunning : isRunning)).map((verb) => (
        <Button
          key={verb}
          variant="default"
          disabled={!isDeployed}
          onClick={() =>
            verb === "stop" ? setAsked("stop") : act(verb, verb === "restart" ? {} : undefined)
          }
        >
          {t(`apps.${verb}`)}
        </Button>
      ))}
      {app.level === "superuser" && (
        <>
          <Button
            variant={app.isChanged || !isDeployed ? "filled" : "default"}
            onClick={() => act("redeploy")}
          >
            {t(isDeployed ? "apps.redeploy" : "apps.deploy")}
          </Button>
          <Button variant="default" color="red" onClick={() => setAsked("remove")}>
            {t("apps.remove")}
          </Button>
        </>
      )}
      {asked === "stop" && (
        <Confirm
          title={t("apps.stopTitle", { name: app.name })}
          action={t("apps.stop")}
          onConfirm={() => order(appPath(app.name, "stop"))}
          onClose={() => setAsked(null)}
        >
          <p>{t("apps.stopText")}</p>
        </Confirm>
      )}
      {asked === "remove" && <Remove app={app} onClose={() => setAsked(null)} />}
    </>
  );
}

const KINDS = ["containers", "networks", "volumes", "images", "files", "keeps"] as const;

function Remove({ app, onClose }: { app: App; onClose: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const [volumes, setVolumes] = useState(false);
  const query = useQuery({
    queryKey: ["removal", app.name, volumes],
    queryFn: () => api.get<Removal>(appPath(app.name, "removal"), { volumes }),
  });
  const remove = async () => {
    const { job } = await api.delete<Accepted>(appPath(app.name), { volumes });
    if (job) tellJob(job);
    void navigate("/apps");
  };
  return (
    <ConfirmByName
      title={t("apps.removeTitle", { name: app.name })}
      name={app.name}
      action={t("apps.remove")}
      onConfirm={remove}
      onClose={onClose}
    >
      <Loaded query={query}>
        {(removal) => (
          <>
            {KINDS.filter((kind) => removal[kind].length > 0).map((kind) => (
              <section key={kind}>
                <strong>{t(`apps.removal.${kind}`)}</strong>
                <List size="sm">
                  {removal[kind].map((name) => (
                    <List.Item key={name}>{name}</List.Item>
                  ))}
                </List>
              </section>
            ))}
          </>
        )}
      </Loaded>
      <Group mt="md">
        <Checkbox
          label={t("apps.removeVolumes")}
          checked={volumes}
          onChange={(event) => setVolumes(event.currentTarget.checked)}
        />
      </Group>
    </ConfirmByName>
  );
}
