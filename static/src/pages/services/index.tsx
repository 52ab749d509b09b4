import { Button, Group, Table } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { queries } from "@/api/queries";
import type { Service, ServiceLine } from "@/api/types";
import { Confirm } from "@/components/Confirm";
import { duration } from "@/components/format";
import { LogView } from "@/components/logs/LogView";
import { Card, PageFrame, Scroll } from "@/components/PageFrame";
import { StateBadge } from "@/components/StateBadge";
import { ErrorState, Loaded } from "@/components/States";
import { tell } from "@/components/toast";
import { useLanguage, useT } from "@/i18n";

/** The programs that AppOS consists of. */
export default function ServicesPage() {
  const t = useT();
  const query = useQuery(queries.services());
  const [shown, setShown] = useState<string | null>(null);
  return (
    <PageFrame title={t("nav.services")}>
      <Loaded query={query}>{(list) => <Services services={list.items} onLog={setShown} />}</Loaded>
      {shown && <ServiceLog key={shown} name={shown} />}
    </PageFrame>
  );
}

function Services({ services, onLog }: { services: readonly Service[]; onLog: (name: string) => void }) {
  const { t, code } = useLanguage();
  const cache = useQueryClient();
  const [asked, setAsked] = useState<string | null>(null);
  const restart = async (name: string) => {
    await api.post<Service>(`system/services/${encodeURIComponent(name)}/restart`);
    tell(t("services.restarting", { name }));
    await cache.invalidateQueries({ queryKey: ["system"] });
  };
  return (
    <Scroll label={t("nav.services")}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("services.name")}</Table.Th>
            <Table.Th>{t("job.state")}</Table.Th>
            <Table.Th>{t("services.pid")}</Table.Th>
            <Table.Th>{t("services.uptime")}</Table.Th>
            <Table.Th>{t("services.actions")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {services.map((service) => (
            <Table.Tr key={service.name}>
              <Table.Td>
                {service.name}
                {service.description && <div>{service.description}</div>}
              </Table.Td>
              <Table.Td>
                <StateBadge state={service.state} />
              </Table.Td>
              <Table.Td>{service.pid ?? ""}</Table.Td>
              <Table.Td>{service.pid ? duration(service.uptimeSeconds, code) : ""}</Table.Td>
              <Table.Td>
                <Group gap="xs" wrap="nowrap">
                  <Button size="compact-sm" variant="default" onClick={() => onLog(service.name)}>
                    {t("services.log")}
                  </Button>
                  {service.managed && (
                    <Button size="compact-sm" variant="default" onClick={() => setAsked(service.name)}>
                      {t("action.restart")}
                    </Button>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {asked && (
        <Confirm
          title={t("services.restart", { name: asked })}
          action={t("action.restart")}
          onClose={() => setAsked(null)}
          onConfirm={() => restart(asked)}
        >
          <p>{t("services.restartHint")}</p>
        </Confirm>
      )}
    </Scroll>
  );
}

function ServiceLog({ name }: { name: string }) {
  const t = useT();
  const query = useQuery({
    queryKey: ["system", "services", name, "log"],
    queryFn: () =>
      api.get<{ lines: ServiceLine[] }>(`system/services/${encodeURIComponent(name)}/logs`, { tail: 1000 }),
  });
  const label = t("services.logOf", { name });
  return (
    <Card label={label}>
      <Group justify="space-between" mb="sm">
        <strong>{label}</strong>
        <Button
          size="compact-sm"
          variant="default"
          loading={query.isFetching}
          onClick={() => void query.refetch()}
        >
          {t("action.refresh")}
        </Button>
      </Group>
      {query.isError ? (
        <ErrorState error={query.error} />
      ) : (
        <Loaded query={query}>
          {({ lines }) => (
            <LogView
              label={label}
              follow
              lines={lines.map((line, id) => ({ id, text: line.text, time: line.time }))}
            />
          )}
        </Loaded>
      )}
    </Card>
  );
}
