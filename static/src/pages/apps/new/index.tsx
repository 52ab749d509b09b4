import { Button, Group, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";
import { PageFrame } from "@/components/PageFrame";
import { useT } from "@/i18n";
import { JobPanel } from "../JobPanel";
import type { Accepted } from "../types";
import { useDraft } from "../useDraft";
import { FromCompose } from "./Compose";
import { FromGit } from "./Git";

/** What a kind of new app is given: whom to tell once it is being deployed. */
export interface NewProps {
  /** `forget` drops the draft once the app is up. */
  onDeploying: (accepted: Accepted, forget: () => void) => void;
}

const KINDS = { compose: FromCompose, git: FromGit } as const;
type Kind = keyof typeof KINDS;

interface Deploying {
  name: string;
  job: string;
  forget: () => void;
}

/** A new app, of a Compose file or of a Git repository; while it is deployed, its job. */
export function NewAppPage() {
  const t = useT();
  const navigate = useNavigate();
  const [kind, setKind] = useDraft<Kind>("new-kind", "compose");
  const [deploying, setDeploying] = useState<Deploying | null>(null);
  const Form = KINDS[kind];
  if (deploying) {
    const { name, job, forget } = deploying;
    return (
      <PageFrame title={t("apps.deploying", { name })}>
        <JobPanel
          id={job}
          onEnd={({ state }) => {
            if (state !== "succeeded") return;
            forget();
            void navigate(`/apps/${name}`);
          }}
        />
        <Group>
          <Button variant="default" onClick={() => void navigate(`/apps/${name}`)}>
            {t("apps.open", { name })}
          </Button>
          <Button variant="default" onClick={() => setDeploying(null)}>
            {t("apps.backToForm")}
          </Button>
        </Group>
      </PageFrame>
    );
  }
  return (
    <PageFrame title={t("apps.new")}>
      <SegmentedControl
        mb="md"
        aria-label={t("apps.from")}
        value={kind}
        onChange={(next) => setKind(next as Kind)}
        data={[
          { value: "compose", label: t("apps.compose") },
          { value: "git", label: t("git.repository") },
        ]}
      />
      <Form
        onDeploying={({ app, job }, forget) => {
          if (job) setDeploying({ name: app.name, job: job.id, forget });
          else void navigate(`/apps/${app.name}`);
        }}
      />
    </PageFrame>
  );
}
