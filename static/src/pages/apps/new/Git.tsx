import { Alert, Button, Group, Stack } from "@mantine/core";
import { useState } from "react";
import { api } from "@/api/client";
import { CodeEditor } from "@/components/editor/CodeEditor";
import { ErrorState } from "@/components/States";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";
import { EnvFields } from "../EnvFields";
import { envOf, type Variable } from "../EnvTable";
import { Findings, marksOf, PlanView } from "../Findings";
import { GitFields, NO_ORIGIN, originOf, type Origin } from "../source/GitFields";
import type { Accepted, GitCheck } from "../types";
import { useDraft } from "../useDraft";
import type { NewProps } from ".";
import { NameInput } from "./NameInput";

interface Draft {
  name: string;
  origin: Origin;
  variables: Variable[];
}

const COMMIT_LETTERS = 12;

/** Of a Git repository: it is read first, and what was read is shown before it is deployed. */
export function FromGit({ onDeploying }: NewProps) {
  const t = useT();
  const [draft, setDraft, forget] = useDraft<Draft>("new-git", {
    name: "",
    origin: NO_ORIGIN,
    variables: [],
  });
  const sending = useSending();
  // What was read of the draft as it then was.
  const [read, setRead] = useState<{ of: Draft; check: GitCheck } | null>(null);
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  const check = read?.of === draft ? read.check : null;
  const body = { name: draft.name, git: originOf(draft.origin), env: envOf(draft.variables) };

  const look = () =>
    sending.run(async () => setRead({ of: draft, check: await api.post<GitCheck>("apps/git/check", body) }));
  const deploy = () =>
    sending.run(async () => onDeploying(await api.post<Accepted>("apps/deploy", body), forget));

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void (check ? deploy() : look());
      }}
    >
      <Stack>
        <NameInput value={draft.name} error={sending.problem("name")} onChange={(name) => change({ name })} />
        <GitFields value={draft.origin} onChange={(origin) => change({ origin })} />
        <h2>{t("apps.env")}</h2>
        <EnvFields variables={draft.variables} onChange={(variables) => change({ variables })} />
        {check && <Read check={check} />}
        {sending.error !== null && <ErrorState error={sending.error} />}
        <Group>
          {check ? (
            <Button
              type="submit"
              loading={sending.isBusy}
              disabled={!check.valid || check.refused.length > 0}
            >
              {t("apps.deploy")}
            </Button>
          ) : (
            <Button type="submit" loading={sending.isBusy}>
              {t("git.read")}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** What was read: the commit, the files, and what would become of them. */
function Read({ check }: { check: GitCheck }) {
  const t = useT();
  return (
    <Stack>
      <p role="status">
        {t("git.found", { commit: check.commit.slice(0, COMMIT_LETTERS), count: check.files.length })}
      </p>
      {check.hostKey && (
        <Alert color="blue" variant="outline" title={t("git.hostKeyMet")}>
          <code>{check.hostKey}</code>
        </Alert>
      )}
      <CodeEditor
        label={t("apps.compose")}
        language="yaml"
        value={check.compose}
        isReadOnly
        marks={marksOf(check.findings, "compose.yaml")}
      />
      <Findings findings={check.findings} label={t("apps.findings")} />
      <PlanView check={check} />
    </Stack>
  );
}
