import { Alert, Button, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { address, api } from "@/api/client";
import { queries } from "@/api/queries";
import { isFinal, type Job, type JobLine } from "@/api/types";
import { Confirm } from "@/components/Confirm";
import { dateTime, who } from "@/components/format";
import { LogView } from "@/components/logs/LogView";
import { useLines } from "@/components/logs/useLines";
import { Card, PageFrame } from "@/components/PageFrame";
import { StateBadge } from "@/components/StateBadge";
import { ErrorState, Loaded } from "@/components/States";
import { Steps } from "@/components/Steps";
import { complain, jobKey, tellJob } from "@/components/toast";
import { useLanguage } from "@/i18n";
import { useStream } from "@/live/useStream";

/** One job: its steps, its log as it grows, and its end. */
export default function JobPage() {
  const { id = "" } = useParams();
  const query = useQuery(queries.job(id));
  return <Loaded query={query}>{(job) => <Shown key={job.id} job={job} />}</Loaded>;
}

function Shown({ job }: { job: Job }) {
  const { t, code } = useLanguage();
  return (
    <PageFrame
      title={`${t(jobKey(job.kind), { kind: job.kind })} ${job.subject}`.trim()}
      actions={<Actions job={job} />}
    >
      <Card label={t("job.steps")}>
        <StateBadge state={job.state} of="job" />
        <Text c="dimmed" size="sm">
          {t("job.by", { who: who(job.requestedBy), when: dateTime(job.created, code) })}
        </Text>
        {job.error && (
          <Alert role="alert" color="red" variant="outline" title={t("job.failed")}>
            {job.error.message}
          </Alert>
        )}
        <Steps job={job} />
      </Card>
      <JobLog job={job} />
    </PageFrame>
  );
}

function Actions({ job }: { job: Job }) {
  const { t } = useLanguage();
  const cache = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const again = () => api.post<Job>("jobs", { kind: job.kind }).then(tellJob, complain);
  return (
    <>
      {job.subject && (
        <Button component={Link} variant="default" to={`/apps/${job.subject}`}>
          {t("job.toApp")}
        </Button>
      )}
      {job.kind === "system.check" && isFinal(job.state) && (
        <Button variant="default" onClick={() => void again()}>
          {t("job.again")}
        </Button>
      )}
      {!isFinal(job.state) && (
        <Button color="red" variant="outline" onClick={() => setAsked(true)}>
          {t("job.cancel")}
        </Button>
      )}
      {isAsked && (
        <Confirm
          title={t("job.cancel")}
          action={t("job.cancel")}
          onClose={() => setAsked(false)}
          onConfirm={async () => {
            cache.setQueryData(queries.job(job.id).queryKey, await api.post<Job>(`jobs/${job.id}/cancel`));
          }}
        >
          <p>{t("job.cancelHint")}</p>
        </Confirm>
      )}
    </>
  );
}

/** The log, from its first line; the stream tells of each change of the job as well. */
export function JobLog({ job }: { job: Job }) {
  const { t } = useLanguage();
  const cache = useQueryClient();
  const { lines, add } = useLines<JobLine>();
  const failure = useStream(address(`jobs/${job.id}/log`), {
    onEvent({ event, data }) {
      if (event === "line") add(JSON.parse(data) as JobLine);
      else if (event === "job" || event === "end") {
        cache.setQueryData(queries.job(job.id).queryKey, JSON.parse(data) as Job);
      }
      return event === "end";
    },
  });
  if (failure) return <ErrorState error={failure} />;
  return <LogView label={t("job.log")} lines={lines} follow={!isFinal(job.state)} />;
}
