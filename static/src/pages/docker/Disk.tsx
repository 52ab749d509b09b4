import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { bytes } from "@/components/format";
import { Scroll } from "@/components/PageFrame";
import { Loaded } from "@/components/States";
import { useLanguage, useT } from "@/i18n";
import { Prune } from "./Prune";

interface Usage {
  count: number;
  active: number;
  sizeBytes: number;
  reclaimableBytes: number;
}
const KINDS = ["images", "containers", "volumes", "buildCache"] as const;
type DiskUsage = Record<(typeof KINDS)[number], Usage>;

/** What Docker's things take on the disk. */
export default function Disk() {
  const t = useT();
  const { code } = useLanguage();
  const query = useQuery({ queryKey: ["docker", "df"], queryFn: () => api.get<DiskUsage>("docker/df") });
  return (
    <>
      <Prune kind="build-cache" />
      <Loaded query={query}>
        {(usage) => (
          <Scroll label={t("docker.disk")}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("apps.kind")}</Table.Th>
                  <Table.Th>{t("docker.count")}</Table.Th>
                  <Table.Th>{t("docker.used")}</Table.Th>
                  <Table.Th>{t("docker.size")}</Table.Th>
                  <Table.Th>{t("docker.reclaimable")}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {KINDS.map((kind) => (
                  <Table.Tr key={kind}>
                    <Table.Td>{t(`docker.${kind}`)}</Table.Td>
                    <Table.Td>{usage[kind].count}</Table.Td>
                    <Table.Td>{usage[kind].active}</Table.Td>
                    <Table.Td>{bytes(usage[kind].sizeBytes, code)}</Table.Td>
                    <Table.Td>{bytes(usage[kind].reclaimableBytes, code)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
        )}
      </Loaded>
    </>
  );
}
