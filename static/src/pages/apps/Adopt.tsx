import { Button, Table } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { asApiError } from "@/api/error";
import { Confirm } from "@/components/Confirm";
import { PageFrame, Scroll } from "@/components/PageFrame";
import { EmptyState, Loaded } from "@/components/States";
import { useT } from "@/i18n";
import { order } from "./queries";

interface Adoptable {
  name: string;
  directory: string;
  file: string;
  services: string[];
  problem: string;
}

/** Projects that run without AppOS, and may become apps. */
export function AdoptPage() {
  const t = useT();
  const query = useQuery({
    queryKey: ["adoptable"],
    queryFn: ({ signal }) => api.get<{ items: Adoptable[] }>("apps/adoptable", {}, signal),
  });
  return (
    <PageFrame title={t("adopt.title")}>
      <p>{t("adopt.text")}</p>
      <Loaded query={query}>
        {({ items }) =>
          items.length ? (
            <Projects projects={items} />
          ) : (
            <EmptyState title={t("adopt.none")}>{t("adopt.noneText")}</EmptyState>
          )
        }
      </Loaded>
    </PageFrame>
  );
}

function Projects({ projects }: { projects: readonly Adoptable[] }) {
  const t = useT();
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <Scroll label={t("adopt.title")}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("apps.name")}</Table.Th>
            <Table.Th>{t("apps.services")}</Table.Th>
            <Table.Th>{t("apps.compose")}</Table.Th>
            <Table.Th>{t("services.actions")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {projects.map(({ name, services, file, problem }) => (
            <Table.Tr key={name}>
              <Table.Td>{name}</Table.Td>
              <Table.Td>{services.join(", ")}</Table.Td>
              <Table.Td>
                {file}
                {problem && <div>{problem}</div>}
              </Table.Td>
              <Table.Td>
                <Button
                  size="compact-sm"
                  variant="default"
                  disabled={problem !== ""}
                  aria-label={t("adopt.one", { name })}
                  onClick={() => setAsked(name)}
                >
                  {t("adopt.adopt")}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {asked && <Adopt project={asked} onClose={() => setAsked(null)} />}
    </Scroll>
  );
}

/** Ask for it; where something would change, AppOS says what, and one is asked again. */
function Adopt({ project, onClose }: { project: string; onClose: () => void }) {
  const t = useT();
  const cache = useQueryClient();
  const [isConsentAsked, setConsentAsked] = useState(false);
  const adopt = async () => {
    try {
      await order("apps/adopt", { project, consent: isConsentAsked });
    } catch (thrown) {
      if (asApiError(thrown).code === "consent_needed") setConsentAsked(true);
      throw thrown;
    }
    await cache.invalidateQueries({ queryKey: ["adoptable"] });
  };
  return (
    <Confirm
      title={t("adopt.one", { name: project })}
      action={t(isConsentAsked ? "adopt.anyway" : "adopt.adopt")}
      isDangerous={isConsentAsked}
      onConfirm={adopt}
      onClose={onClose}
    >
      <p>{t(isConsentAsked ? "adopt.changes" : "adopt.untouched")}</p>
    </Confirm>
  );
}
