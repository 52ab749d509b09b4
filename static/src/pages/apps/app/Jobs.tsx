import { Anchor, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "@/api/client";
import { literal, type Page } from "@/api/list";
import type { Job } from "@/api/types";
import { dateTime, who } from "@/components/format";
import { Scroll } from "@/components/PageFrame";
import { StateBadge } from "@/components/StateBadge";
import { EmptyState, Loaded } from "@/components/States";
import { jobKey } from "@/components/toast";
import { useLanguage, useT } from "@/i18n";
import type { App } from "../types";

/** The jobs of an app, newest first. */
export default function Jobs({ app }: { app: App }) {
  const t = useT();
  const { code } = useLanguage();
  const query = useQuery({
    queryKey: ["app", app.name, "jobs"],
    queryFn: () => api.get<Page<Job>>("jobs", { filter: `subject = ${literal(app.name)}`, perPage: 50 }),
  });
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length ? (
          <Scroll label={t("apps.part.jobs")}>
            <Table>
              <Table.Tbody>
                {items.map((job) => (
                  <Table.Tr key={job.id}>
                    <Table.Td>
                      <Anchor component={Link} to={`/jobs/${job.id}`}>
                        {t(jobKey(job.kind))}
                      </Anchor>
                    </Table.Td>
                    <Table.Td>
                      <StateBadge state={job.state} of="job" />
                    </Table.Td>
                    <Table.Td>{who(job.requestedBy)}</Table.Td>
                    <Table.Td>{dateTime(job.created, code)}</Table.Td>
                    <Table.Td>{job.error?.message}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
        ) : (
          <EmptyState title={t("apps.noJobs")} />
        )
      }
    </Loaded>
  );
}
