import { Button, Table } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { ConfirmByName } from "@/components/Confirm";
import { Scroll } from "@/components/PageFrame";
import { Loaded } from "@/components/States";
import { useT } from "@/i18n";
import { Prune } from "./Prune";
import { useDocker } from "./useList";

interface Thing {
  name: string;
  id?: string;
  driver: string;
  labels: Record<string, string>;
}

interface RemovableProps {
  kind: "volumes" | "networks";
  label: string;
  warning: string;
}

/** Volumes or networks, each with its driver and the app that it is of. */
export function Removable({ kind, label, warning }: RemovableProps) {
  const t = useT();
  const cache = useQueryClient();
  const [gone, setGone] = useState<Thing | null>(null);
  const query = useDocker<Thing>(kind);
  const remove = async (thing: Thing) => {
    await api.delete(`docker/${kind}/${encodeURIComponent(thing.id ?? thing.name)}`);
    await cache.invalidateQueries({ queryKey: ["docker", kind] });
  };
  return (
    <>
      <Prune kind={kind} hasAll={kind === "volumes"} />
      <Loaded query={query}>
        {({ items }) => (
          <Scroll label={label}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("apps.name")}</Table.Th>
                  <Table.Th>{t("docker.driver")}</Table.Th>
                  <Table.Th>{t("docker.app")}</Table.Th>
                  <Table.Th>
                    <span className="visually-hidden">{t("docker.actions")}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((thing) => (
                  <Table.Tr key={thing.id ?? thing.name}>
                    <Table.Td>{thing.name}</Table.Td>
                    <Table.Td>{thing.driver}</Table.Td>
                    <Table.Td>{thing.labels["com.docker.compose.project"] ?? "–"}</Table.Td>
                    <Table.Td>
                      <Button
                        size="xs"
                        variant="default"
                        aria-label={t("docker.removeOf", { name: thing.name })}
                        onClick={() => setGone(thing)}
                      >
                        {t("apps.remove")}
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
        )}
      </Loaded>
      {gone && (
        <ConfirmByName
          title={t("apps.removeTitle", { name: gone.name })}
          name={gone.name}
          action={t("apps.remove")}
          onConfirm={() => remove(gone)}
          onClose={() => setGone(null)}
        >
          <p>{warning}</p>
        </ConfirmByName>
      )}
    </>
  );
}
