import { Button, Group, Select, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { CodeDiff } from "@/components/editor/CodeDiff";
import { CodeEditor } from "@/components/editor/CodeEditor";
import { completeCompose } from "@/components/editor/compose";
import { dateTime, who } from "@/components/format";
import { ErrorState, Loaded } from "@/components/States";
import { tell } from "@/components/toast";
import { useSending } from "@/components/useSending";
import { useLanguage, useT } from "@/i18n";
import { Findings, marksOf, PlanView } from "../Findings";
import { appPath, order } from "../queries";
import type { App, Check, Compose as ComposeText } from "../types";

const PAUSE_MS = 400;

/** The Compose file of an app: edited, checked, compared with what it was, and deployed. */
export default function Compose({ app }: { app: App }) {
  const query = useQuery({
    queryKey: ["compose", app.name],
    queryFn: () => api.get<ComposeText>(appPath(app.name, "compose")),
    refetchOnWindowFocus: false,
  });
  return (
    <Loaded query={query}>{(compose) => <Form key={compose.revision} app={app} kept={compose} />}</Loaded>
  );
}

function Form({ app, kept }: { app: App; kept: ComposeText }) {
  const t = useT();
  const cache = useQueryClient();
  const sending = useSending();
  const [text, setText] = useState(kept.compose);
  const [asked] = useDebouncedValue(text, PAUSE_MS);
  const check = useQuery({
    queryKey: ["plan", app.name, app.release, asked],
    queryFn: () => api.post<Check>(appPath(app.name, "plan"), { compose: asked }),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const isEdited = text !== kept.compose;
  const save = () =>
    sending.run(async () => {
      await api.put(appPath(app.name, "compose"), { compose: text, revision: kept.revision });
      tell(t("apps.saved"));
    });
  const refresh = async () => {
    await cache.invalidateQueries({ queryKey: ["compose", app.name] });
    await cache.invalidateQueries({ queryKey: ["app", app.name] });
  };
  const deploy = async () => {
    if (isEdited && !(await save())) return;
    await sending.run(() => order(appPath(app.name, "redeploy")));
    await refresh();
  };
  return (
    <Stack>
      <CodeEditor
        label={t("apps.compose")}
        language="yaml"
        value={text}
        onChange={setText}
        marks={marksOf(check.data?.findings ?? [], kept.file)}
        height="28rem"
        complete={completeCompose}
      />
      <Findings findings={check.data?.findings ?? []} label={t("apps.findings")} />
      {sending.error !== null && <ErrorState error={sending.error} />}
      <Group>
        <Button
          variant="default"
          disabled={!isEdited}
          loading={sending.isBusy}
          onClick={() => void save().then((done) => (done ? refresh() : undefined))}
        >
          {t("apps.save")}
        </Button>
        <Button
          loading={sending.isBusy}
          disabled={check.data ? !check.data.valid || check.data.refused.length > 0 : false}
          onClick={() => void deploy()}
        >
          {t("apps.saveAndDeploy")}
        </Button>
      </Group>
      {check.data && <PlanView check={check.data} />}
      <History app={app} kept={kept} text={text} onTake={setText} />
    </Stack>
  );
}

interface HistoryProps {
  app: App;
  kept: ComposeText;
  text: string;
  onTake: (text: string) => void;
}

function History({ app, kept, text, onTake }: HistoryProps) {
  const t = useT();
  const { code } = useLanguage();
  const [number, setNumber] = useState<string | null>(null);
  const query = useQuery({
    queryKey: ["generation", app.name, number],
    queryFn: () => api.get<{ compose: string }>(appPath(app.name, `compose/history/${number ?? ""}`)),
    enabled: number !== null,
  });
  const before = query.data?.compose;
  return (
    <section aria-label={t("apps.history")}>
      <h2>{t("apps.history")}</h2>
      <Group align="end" mb="sm">
        <Select
          label={t("apps.compareWith")}
          clearable
          value={number}
          onChange={setNumber}
          data={kept.history.map((each) => ({
            value: String(each.number),
            label: `${each.number} · ${each.reason} · ${dateTime(each.created, code)} · ${who(each.createdBy)}`,
          }))}
        />
        <Button
          variant="default"
          disabled={before === undefined}
          onClick={() => before !== undefined && onTake(before)}
        >
          {t("apps.takeText")}
        </Button>
      </Group>
      {number !== null && before !== undefined && (
        <CodeDiff before={before} after={text} beforeLabel={t("apps.before")} afterLabel={t("apps.now")} />
      )}
    </section>
  );
}
