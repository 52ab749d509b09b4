import { Button, Table } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { Confirm } from "@/components/Confirm";
import { bytes, dateTime, duration, who } from "@/components/format";
import { Scroll } from "@/components/PageFrame";
import { EmptyState, Loaded } from "@/components/States";
import { useLanguage } from "@/i18n";

interface Session {
  id: string;
  user: string;
  address: string;
  app: string;
  service: string;
  containerName: string;
  started: string;
  idleSeconds: number;
  bytesOut: number;
}

const LOOK_AGAIN_MS = 5000;

const placeOf = ({ app, service, containerName }: Session) =>
  app ? `${app}/${service}` : containerName || "AppOS";

/** The terminals that are open, each of which a superuser can end. */
export function Sessions() {
  const { t, code } = useLanguage();
  const cache = useQueryClient();
  const [asked, setAsked] = useState<Session | null>(null);
  const query = useQuery({
    queryKey: ["sessions"],
    queryFn: ({ signal }) => api.get<{ items: Session[] }>("terminal/sessions", {}, signal),
    refetchInterval: LOOK_AGAIN_MS,
  });
  const end = async ({ id }: Session) => {
    await api.delete(`terminal/sessions/${id}`);
    await cache.invalidateQueries({ queryKey: ["sessions"] });
  };
  return (
    <section>
      <h2>{t("terminals.open")}</h2>
      <Loaded query={query}>
        {({ items }) =>
          items.length ? (
            <Scroll label={t("terminals.open")}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t("terminals.where")}</Table.Th>
                    <Table.Th>{t("apps.by")}</Table.Th>
                    <Table.Th>{t("terminals.started")}</Table.Th>
                    <Table.Th>{t("terminals.idle")}</Table.Th>
                    <Table.Th>{t("terminals.size")}</Table.Th>
                    <Table.Th>{t("services.actions")}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map((each) => (
                    <Table.Tr key={each.id}>
                      <Table.Td>{placeOf(each)}</Table.Td>
                      <Table.Td>
                        {who(each.user)} ({each.address})
                      </Table.Td>
                      <Table.Td>{dateTime(each.started, code)}</Table.Td>
                      <Table.Td>{duration(each.idleSeconds, code)}</Table.Td>
                      <Table.Td>{bytes(each.bytesOut, code)}</Table.Td>
                      <Table.Td>
                        <Button size="compact-sm" variant="default" onClick={() => setAsked(each)}>
                          {t("terminals.end")}
                        </Button>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Scroll>
          ) : (
            <EmptyState title={t("apps.noTerminal")} />
          )
        }
      </Loaded>
      {asked && (
        <Confirm
          title={t("terminals.endTitle", { where: placeOf(asked) })}
          action={t("terminals.end")}
          onConfirm={() => end(asked)}
          onClose={() => setAsked(null)}
        >
          <p>{t("terminals.endText")}</p>
        </Confirm>
      )}
    </section>
  );
}
