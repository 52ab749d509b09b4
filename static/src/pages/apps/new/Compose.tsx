import { Button, FileButton, Group, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api } from "@/api/client";
import { CodeEditor } from "@/components/editor/CodeEditor";
import { PageFrame } from "@/components/PageFrame";
import { ErrorState } from "@/components/States";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";
import { EnvTable, envOf, type Variable } from "./EnvTable";
import { Findings, marksOf, PlanView } from "./Findings";
import { JobPanel } from "./JobPanel";
import type { Accepted, Check } from "./types";
import { useDraft } from "./useDraft";

const FIRST = "services:\n  web:\n    image: nginx:1\n    ports:\n      - 8080:80\n";
const PAUSE_MS = 400;
/** For the attribute, whose expressions take no bare `-` in a class. */
const PATTERN = "[a-z0-9][a-z0-9_\\-]{0,62}";
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

interface Draft {
  name: string;
  compose: string;
  variables: Variable[];
}

/** What a deployment of a draft would do, asked as one types. */
function useCheck({ name, compose, variables }: Draft) {
  const [asked] = useDebouncedValue(
    { name: NAME.test(name) ? name : "draft", compose, env: envOf(variables) },
    PAUSE_MS,
  );
  return useQuery({
    queryKey: ["check", asked],
    queryFn: () => api.post<Check>("apps/check", asked),
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** A new app: its file with what AppOS finds in it, its environment, the plan, and one button. */
export function NewAppPage() {
  const t = useT();
  const navigate = useNavigate();
  const [draft, setDraft, forget] = useDraft<Draft>("new-app", { name: "", compose: FIRST, variables: [] });
  const [job, setJob] = useState<string | null>(null);
  const sending = useSending();
  const check = useCheck(draft);
  const findings = check.data?.findings ?? [];
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));

  const deploy = () =>
    sending.run(async () => {
      const { name, compose, variables } = draft;
      const made = await api.post<Accepted>("apps/deploy", { name, compose, env: envOf(variables) });
      setJob(made.job?.id ?? null);
    });

  if (job) {
    return (
      <PageFrame title={t("apps.deploying", { name: draft.name })}>
        <JobPanel
          id={job}
          onEnd={({ state, subject }) => {
            if (state !== "succeeded") return;
            forget();
            void navigate(`/apps/${subject}`);
          }}
        />
        <Button mt="md" variant="default" onClick={() => void navigate(`/apps/${draft.name}`)}>
          {t("apps.open", { name: draft.name })}
        </Button>
      </PageFrame>
    );
  }
  return (
    <PageFrame title={t("apps.new")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void deploy();
        }}
      >
        <Stack>
          <TextInput
            label={t("apps.name")}
            description={t("apps.nameRule")}
            required
            autoFocus
            pattern={PATTERN}
            spellCheck={false}
            value={draft.name}
            error={sending.problem("name")}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <Group justify="space-between">
            <h2>{t("apps.compose")}</h2>
            <FileButton
              accept=".yaml,.yml"
              onChange={(file) => void file?.text().then((compose) => change({ compose }))}
            >
              {(props) => (
                <Button variant="default" {...props}>
                  {t("apps.upload")}
                </Button>
              )}
            </FileButton>
          </Group>
          <CodeEditor
            label={t("apps.compose")}
            language="yaml"
            value={draft.compose}
            onChange={(compose) => change({ compose })}
            marks={marksOf(findings, "compose.yaml")}
          />
          <Findings findings={findings} label={t("apps.findings")} />
          <h2>{t("apps.env")}</h2>
          <EnvTable variables={draft.variables} onChange={(variables) => change({ variables })} />
          {check.data && <PlanView check={check.data} />}
          {sending.error !== null && <ErrorState error={sending.error} />}
          <Group>
            <Button
              type="submit"
              loading={sending.isBusy}
              disabled={check.data ? !check.data.valid || check.data.refused.length > 0 : false}
            >
              {t("apps.deploy")}
            </Button>
          </Group>
        </Stack>
      </form>
    </PageFrame>
  );
}
