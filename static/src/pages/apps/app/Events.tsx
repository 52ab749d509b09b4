import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { dateTime } from "@/components/format";
import { Scroll } from "@/components/PageFrame";
import { EmptyState, Loaded } from "@/components/States";
import { useLanguage } from "@/i18n";
import { appPath } from "../queries";
import type { App } from "../types";

interface Event {
  time: string;
  action: string;
  service: string;
  container: string;
  exitCode: number | null;
}

/** What happened to the containers of an app, newest first. A change of the app asks anew. */
export default function Events({ app }: { app: App }) {
  const { t, code } = useLanguage();
  const query = useQuery({
    queryKey: ["app", app.name, "events"],
    queryFn: ({ signal }) => api.get<{ items: Event[] }>(appPath(app.name, "events"), {}, signal),
  });
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length ? (
          <Scroll label={t("apps.part.events")}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("apps.time")}</Table.Th>
                  <Table.Th>{t("apps.service")}</Table.Th>
                  <Table.Th>{t("apps.event")}</Table.Th>
                  <Table.Th>{t("apps.container")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((event, place) => (
                  <Table.Tr key={`${event.time} ${place}`}>
                    <Table.Td>{dateTime(event.time, code)}</Table.Td>
                    <Table.Td>{event.service}</Table.Td>
                    <Table.Td>
                      {event.action}
                      {event.exitCode !== null && ` (${event.exitCode})`}
                    </Table.Td>
                    <Table.Td>{event.container}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
        ) : (
          <EmptyState title={t("apps.noEvents")} />
        )
      }
    </Loaded>
  );
}
