import { Group, Stack, Table } from "@mantine/core";
import { Card, Scroll } from "@/components/PageFrame";
import { dateTime } from "@/components/format";
import { StateBadge } from "@/components/StateBadge";
import Usage from "@/components/metrics/Usage";
import { useLanguage, useT } from "@/i18n";
import { Addresses } from "../Addresses";
import { JobPanel } from "../JobPanel";
import type { App } from "../types";
import { Drift } from "./Drift";

/** How an app is: its state, its services, and what works on it. */
export default function Overview({ app }: { app: App }) {
  const t = useT();
  const { code } = useLanguage();
  return (
    <Stack>
      {app.job && <JobPanel key={app.job.id} id={app.job.id} />}
      <Card label={t("apps.state")}>
        <Group>
          <StateBadge state={app.state} />
          {app.message && <span>{app.message}</span>}
        </Group>
        <p>
          {t("apps.release")}: {app.release || "–"} · {t("apps.created")}: {dateTime(app.created, code)}
        </p>
      </Card>
      {(app.isChanged || app.hasDrift) && <Drift app={app} />}
      <Services app={app} />
      {app.release > 0 && <Usage app={app.name} />}
    </Stack>
  );
}

function Services({ app }: { app: App }) {
  const t = useT();
  return (
    <Card>
      <Scroll label={t("apps.services")}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("apps.service")}</Table.Th>
              <Table.Th>{t("apps.state")}</Table.Th>
              <Table.Th>{t("apps.health")}</Table.Th>
              <Table.Th>{t("apps.image")}</Table.Th>
              <Table.Th>{t("apps.addresses")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {app.services.map((service) => (
              <Table.Tr key={service.name}>
                <Table.Td>{service.name}</Table.Td>
                <Table.Td>
                  <StateBadge state={service.state} />
                </Table.Td>
                <Table.Td>{service.health ? <StateBadge state={service.health} /> : "–"}</Table.Td>
                <Table.Td>{service.image}</Table.Td>
                <Table.Td>
                  <Addresses services={[service]} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Card>
  );
}
