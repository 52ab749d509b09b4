import { Button, Group } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { address, api } from "@/api/client";
import { isFinal, type Job } from "@/api/types";
import { LogView, type LogEntry } from "@/components/logs/LogView";
import { useLines } from "@/components/logs/useLines";
import { Card } from "@/components/PageFrame";
import { StateBadge } from "@/components/StateBadge";
import { Loading } from "@/components/States";
import { Steps } from "@/components/Steps";
import { complain } from "@/components/toast";
import { useT } from "@/i18n";
import { useStream } from "@/live/useStream";

/** A job while it runs: its steps, its log as it is written, and a way to cancel it. */
export function JobPanel({ id, onEnd }: { id: string; onEnd?: (job: Job) => void }) {
  const t = useT();
  const cache = useQueryClient();
  const [job, setJob] = useState<Job | null>(null);
  const { lines, add } = useLines<LogEntry>();
  useStream(address(`jobs/${id}/log`), {
    onEvent: ({ event, data, id: line }) => {
      if (event === "line") {
        add({ id: line, text: (JSON.parse(data) as { text: string }).text });
        return undefined;
      }
      const told = JSON.parse(data) as Job;
      setJob(told);
      if (event !== "end") return undefined;
      void cache.invalidateQueries({ queryKey: ["app", told.subject] });
      onEnd?.(told);
      return true;
    },
  });
  if (!job) return <Loading />;
  return (
    <Card label={t("apps.job")}>
      <Group justify="space-between">
        <StateBadge state={job.state} of="job" />
        {!isFinal(job.state) && (
          <Button variant="default" onClick={() => void api.post(`jobs/${id}/cancel`).catch(complain)}>
            {t("action.cancel")}
          </Button>
        )}
      </Group>
      <Steps job={job} />
      {job.error && <p role="alert">{job.error.message}</p>}
      <LogView lines={lines} label={t("apps.jobLog")} follow height="14rem" />
    </Card>
  );
}
