import { Button, FileButton, Group, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { CodeEditor } from "@/components/editor/CodeEditor";
import { completeCompose } from "@/components/editor/compose";
import { ErrorState } from "@/components/States";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";
import { envOf, type Variable } from "../EnvTable";
import { EnvFields } from "../EnvFields";
import { Findings, marksOf, PlanView } from "../Findings";
import type { Accepted, Check } from "../types";
import { useDraft } from "../useDraft";
import type { NewProps } from ".";
import { isName, NameInput } from "./NameInput";

const FIRST = "services:\n  web:\n    image: nginx:1\n    ports:\n      - 8080:80\n";
const PAUSE_MS = 400;

interface Draft {
  name: string;
  compose: string;
  variables: Variable[];
}

/** What a deployment of a draft would do, asked as one types. */
function useCheck({ name, compose, variables }: Draft) {
  const [asked] = useDebouncedValue(
    { name: isName(name) ? name : "draft", compose, env: envOf(variables) },
    PAUSE_MS,
  );
  return useQuery({
    queryKey: ["check", asked],
    queryFn: () => api.post<Check>("apps/check", asked),
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Of a Compose file: what AppOS finds in it, its environment, the plan, and one button. */
export function FromCompose({ onDeploying }: NewProps) {
  const t = useT();
  const [draft, setDraft, forget] = useDraft<Draft>("new-app", { name: "", compose: FIRST, variables: [] });
  const sending = useSending();
  const check = useCheck(draft);
  const findings = check.data?.findings ?? [];
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));

  const deploy = () =>
    sending.run(async () => {
      const { name, compose, variables } = draft;
      onDeploying(await api.post<Accepted>("apps/deploy", { name, compose, env: envOf(variables) }), forget);
    });

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void deploy();
      }}
    >
      <Stack>
        <NameInput value={draft.name} error={sending.problem("name")} onChange={(name) => change({ name })} />
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
          complete={completeCompose}
        />
        <Findings findings={findings} label={t("apps.findings")} />
        <h2>{t("apps.env")}</h2>
        <EnvFields variables={draft.variables} onChange={(variables) => change({ variables })} />
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
  );
}
