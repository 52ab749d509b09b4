import { Anchor, Group, Select, Table, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { literal } from "@/api/list";
import { queries } from "@/api/queries";
import type { Job } from "@/api/types";
import { ago, dateTime, who } from "@/components/format";
import { PageFrame, Scroll } from "@/components/PageFrame";
import { Pager } from "@/components/Pager";
import { StateBadge } from "@/components/StateBadge";
import { EmptyState, Loaded } from "@/components/States";
import { took } from "@/components/Steps";
import { jobKey } from "@/components/toast";
import { useLanguage } from "@/i18n";

const STATES = ["queued", "running", "succeeded", "failed", "cancelled", "interrupted"] as const;

/** Everything that was queued, newest first; live. */
export default function JobsPage() {
  const { t } = useLanguage();
  const [page, setPage] = useState(1);
  const [state, setState] = useState<string | null>(null);
  const [text, setText] = useState("");
  const [search] = useDebouncedValue(text.trim(), 250);
  const filter = [
    state && `state = ${literal(state)}`,
    search && `(subject ~ ${literal(search)} || kind ~ ${literal(search)})`,
  ]
    .filter(Boolean)
    .join(" && ");
  const query = useQuery({
    ...queries.jobs({ page, perPage: 30, filter }),
    placeholderData: keepPreviousData,
  });

  return (
    <PageFrame title={t("nav.jobs")}>
      <Group>
        <TextInput
          type="search"
          aria-label={t("list.search")}
          placeholder={t("list.search")}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setPage(1);
          }}
        />
        <Select
          aria-label={t("job.state")}
          placeholder={t("job.state")}
          clearable
          clearButtonProps={{ "aria-label": t("action.clear") }}
          value={state}
          onChange={(value) => {
            setState(value);
            setPage(1);
          }}
          data={STATES.map((value) => ({ value, label: t(`state.${value}`) }))}
        />
      </Group>
      <Loaded query={query}>
        {(list) =>
          list.items.length ? (
            <>
              <Jobs jobs={list.items} />
              <Pager list={list} onPage={setPage} />
            </>
          ) : (
            <EmptyState title={t("job.none")}>{t("job.noneHint")}</EmptyState>
          )
        }
      </Loaded>
    </PageFrame>
  );
}

/** A table of jobs. */
export function Jobs({ jobs }: { jobs: readonly Job[] }) {
  const { t, code } = useLanguage();
  return (
    <Scroll label={t("nav.jobs")}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("job.kind")}</Table.Th>
            <Table.Th>{t("job.subject")}</Table.Th>
            <Table.Th>{t("job.state")}</Table.Th>
            <Table.Th>{t("job.requestedBy")}</Table.Th>
            <Table.Th>{t("job.created")}</Table.Th>
            <Table.Th>{t("job.took")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map((job) => (
            <Table.Tr key={job.id}>
              <Table.Td>
                <Anchor component={Link} to={`/jobs/${job.id}`}>
                  {t(jobKey(job.kind), { kind: job.kind })}
                </Anchor>
              </Table.Td>
              <Table.Td>{job.subject}</Table.Td>
              <Table.Td>
                <StateBadge state={job.state} of="job" />
              </Table.Td>
              <Table.Td>{who(job.requestedBy)}</Table.Td>
              <Table.Td>
                <time dateTime={job.created} title={dateTime(job.created, code)}>
                  {ago(job.created, code)}
                </time>
              </Table.Td>
              <Table.Td>{took(job.started, job.finished, code)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}
