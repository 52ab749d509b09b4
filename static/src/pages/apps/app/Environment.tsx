import { Button, Group, SegmentedControl, Stack, Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { ErrorState, Loaded } from "@/components/States";
import { tell } from "@/components/toast";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";
import { EnvTable, envOf, variablesOf } from "../EnvTable";
import { appPath } from "../queries";
import type { App, Env } from "../types";

/** The environment of an app, as a table or as text. */
export default function Environment({ app }: { app: App }) {
  const query = useQuery({
    queryKey: ["env", app.name],
    queryFn: () => api.get<Env>(appPath(app.name, "env")),
    refetchOnWindowFocus: false,
  });
  return <Loaded query={query}>{(env) => <Form key={env.revision} app={app} env={env} />}</Loaded>;
}

function Form({ app, env }: { app: App; env: Env }) {
  const t = useT();
  const cache = useQueryClient();
  const sending = useSending();
  const [kind, setKind] = useState("table");
  const [variables, setVariables] = useState(() => variablesOf(env.env));
  const [text, setText] = useState(env.text);
  const save = async () => {
    const body = kind === "table" ? { env: envOf(variables) } : { text };
    const done = await sending.run(() =>
      api.put(appPath(app.name, "env"), { ...body, revision: env.revision }),
    );
    if (!done) return;
    tell(t("apps.saved"));
    await cache.invalidateQueries({ queryKey: ["env", app.name] });
    await cache.invalidateQueries({ queryKey: ["app", app.name] });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Stack>
        <Group>
          <SegmentedControl
            aria-label={t("apps.envAs")}
            value={kind}
            onChange={setKind}
            data={[
              { value: "table", label: t("apps.envTable") },
              { value: "text", label: t("apps.envText") },
            ]}
          />
        </Group>
        {kind === "table" ? (
          <EnvTable variables={variables} onChange={setVariables} />
        ) : (
          <Textarea
            label={t("apps.envText")}
            autosize
            minRows={8}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        {sending.error !== null && <ErrorState error={sending.error} />}
        <Group>
          <Button type="submit" loading={sending.isBusy}>
            {t("apps.save")}
          </Button>
          <span>{t("apps.countsLater")}</span>
        </Group>
      </Stack>
    </form>
  );
}
