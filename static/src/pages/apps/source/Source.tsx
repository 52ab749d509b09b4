import { Button, Group, Stack } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { Confirm } from "@/components/Confirm";
import { ErrorState, Loaded } from "@/components/States";
import { tell } from "@/components/toast";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";
import { appPath } from "../queries";
import type { App, GitView } from "../types";
import { GitFields, NO_ORIGIN, originOf, othersOf } from "./GitFields";

/** The repository that an app's files come from, or none yet. */
export function Source({ app }: { app: App }) {
  const t = useT();
  const isGit = app.source.kind === "git";
  const query = useQuery({
    queryKey: ["app", app.name, "git"],
    queryFn: () => api.get<GitView>(appPath(app.name, "git")),
    enabled: isGit,
    refetchOnWindowFocus: false,
  });
  return (
    <section aria-label={t("git.repository")}>
      <h2>{t("git.repository")}</h2>
      {isGit ? (
        <Loaded query={query}>{(view) => <Form key={view.url} app={app} view={view} />}</Loaded>
      ) : (
        <Form app={app} view={null} />
      )}
    </section>
  );
}

function Form({ app, view }: { app: App; view: GitView | null }) {
  const t = useT();
  const cache = useQueryClient();
  const sending = useSending();
  const [isAsked, setAsked] = useState(false);
  const [origin, setOrigin] = useState({
    ...NO_ORIGIN,
    ...(view && {
      url: view.url,
      branch: view.branch,
      path: view.path,
      username: view.username,
      hostKey: view.hostKey,
    }),
  });
  const again = () => cache.invalidateQueries({ queryKey: ["app", app.name] });
  const save = async () => {
    const sent = { branch: "", path: "", ...othersOf(origin), ...originOf(origin) };
    if (!(await sending.run(() => api.put(appPath(app.name, "git"), sent)))) return;
    setOrigin({ ...origin, password: "", privateKey: "" });
    tell(t("git.saved"));
    await again();
  };
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stack maw="36rem">
          {view?.commit && <p>{t("git.commit", { commit: view.commit })}</p>}
          {!view && <p>{t("git.none")}</p>}
          <GitFields
            value={origin}
            onChange={setOrigin}
            {...(view && { kept: { password: view.hasPassword, privateKey: view.hasPrivateKey } })}
          />
          {sending.error !== null && <ErrorState error={sending.error} />}
          <Group>
            <Button type="submit" variant="default" loading={sending.isBusy}>
              {t("apps.save")}
            </Button>
            {view && (
              <Button variant="default" onClick={() => setAsked(true)}>
                {t("git.forget")}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
      {isAsked && (
        <Confirm
          title={t("git.forgetTitle")}
          action={t("git.forget")}
          onConfirm={async () => {
            await api.delete(appPath(app.name, "git"));
            await again();
          }}
          onClose={() => setAsked(false)}
        >
          <p>{t("git.forgetText")}</p>
        </Confirm>
      )}
    </>
  );
}
