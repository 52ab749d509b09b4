import { Button, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { Confirm } from "@/components/Confirm";
import { dateTime, who } from "@/components/format";
import { Scroll } from "@/components/PageFrame";
import { StateBadge } from "@/components/StateBadge";
import { Loaded } from "@/components/States";
import { useLanguage, useT } from "@/i18n";
import { appPath, order } from "../queries";
import type { App, Release } from "../types";

/** What was deployed, and the way back to it. */
export default function Releases({ app }: { app: App }) {
  const t = useT();
  const { code } = useLanguage();
  const [back, setBack] = useState<Release | null>(null);
  const query = useQuery({
    queryKey: ["app", app.name, "releases"],
    queryFn: () => api.get<{ items: Release[] }>(appPath(app.name, "releases")),
  });
  return (
    <Loaded query={query}>
      {({ items }) => (
        <>
          <Scroll label={t("apps.part.releases")}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("apps.release")}</Table.Th>
                  <Table.Th>{t("apps.state")}</Table.Th>
                  <Table.Th>{t("apps.kind")}</Table.Th>
                  <Table.Th>{t("apps.created")}</Table.Th>
                  <Table.Th>{t("apps.by")}</Table.Th>
                  <Table.Th>{t("apps.images")}</Table.Th>
                  <Table.Th>
                    <span className="visually-hidden">{t("apps.rollback")}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((release) => (
                  <Table.Tr key={release.number}>
                    <Table.Td>{release.number}</Table.Td>
                    <Table.Td>
                      <StateBadge state={release.state} />
                      {release.error && <div>{release.error}</div>}
                    </Table.Td>
                    <Table.Td>{release.kind}</Table.Td>
                    <Table.Td>{dateTime(release.created, code)}</Table.Td>
                    <Table.Td>{who(release.createdBy)}</Table.Td>
                    <Table.Td>
                      {Object.entries(release.images).map(([service, image]) => (
                        <div key={service}>
                          {image.reference} <code>{image.id.slice(7, 19)}</code>
                        </div>
                      ))}
                    </Table.Td>
                    <Table.Td>
                      {release.state === "good" && (
                        <Button variant="default" size="xs" onClick={() => setBack(release)}>
                          {t("apps.rollback")}
                        </Button>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
          {back && (
            <Confirm
              title={t("apps.rollbackTitle", { number: back.number })}
              action={t("apps.rollback")}
              isDangerous={false}
              onConfirm={() => order(appPath(app.name, "rollback"), { release: back.number })}
              onClose={() => setBack(null)}
            >
              <p>{t("apps.rollbackText")}</p>
            </Confirm>
          )}
        </>
      )}
    </Loaded>
  );
}
