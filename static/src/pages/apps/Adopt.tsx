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
  container: string;
}

/** Projects and containers that run without AppOS, and may become apps. */
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
  const [asked, setAsked] = useState<Adoptable | null>(null);
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
          {projects.map((it) => (
            <Row key={`${it.name} ${it.container}`} of={it} onAsk={() => setAsked(it)} />
          ))}
        </Table.Tbody>
      </Table>
      {asked && <Adopt it={asked} onClose={() => setAsked(null)} />}
    </Scroll>
  );
}

function Row({
  of: { name, services, file, problem, container },
  onAsk,
}: {
  of: Adoptable;
  onAsk: () => void;
}) {
  const t = useT();
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td>{container ? t("adopt.lone", { name: container }) : services.join(", ")}</Table.Td>
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
          onClick={onAsk}
        >
          {t("adopt.adopt")}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

/** Ask for it; where something would change, AppOS says what, and one is asked again. */
function Adopt({ it, onClose }: { it: Adoptable; onClose: () => void }) {
  const t = useT();
  const cache = useQueryClient();
  const [isConsentAsked, setConsentAsked] = useState(false);
  const adopt = async () => {
    try {
      const what = it.container ? { container: it.container } : { project: it.name };
      await order("apps/adopt", { ...what, consent: isConsentAsked });
    } catch (thrown) {
      if (asApiError(thrown).code === "consent_needed") setConsentAsked(true);
      throw thrown;
    }
    await cache.invalidateQueries({ queryKey: ["adoptable"] });
  };
  return (
    <Confirm
      title={t("adopt.one", { name: it.name })}
      action={t(isConsentAsked ? "adopt.anyway" : "adopt.adopt")}
      isDangerous={isConsentAsked}
      onConfirm={adopt}
      onClose={onClose}
    >
      <p>{t(isConsentAsked ? "adopt.changes" : it.container ? "adopt.anew" : "adopt.untouched")}</p>
    </Confirm>
  );
}
