import { Anchor, Button, Checkbox, Group, Select, Table, TextInput } from "@mantine/core";
import { memo, useCallback, useMemo, useState } from "react";
import { Link } from "react-router";
import { useAccount } from "@/app/hooks";
import { bytes } from "@/components/format";
import { PageFrame, Scroll } from "@/components/PageFrame";
import { StateBadge } from "@/components/StateBadge";
import { EmptyState, Loaded } from "@/components/States";
import { complain } from "@/components/toast";
import { useLanguage, useT, type Key } from "@/i18n";
import { Addresses } from "./Addresses";
import { appPath, order, useApps, useUsage } from "./queries";
import type { App } from "./types";

const STATES = ["running", "starting", "degraded", "stopped", "draft"] as const;
const VERBS = ["start", "stop", "restart", "update"] as const;

/** All apps: searched, filtered, and several operated at once. */
export function AppsPage() {
  const t = useT();
  const { isSuperuser } = useAccount();
  const query = useApps();
  const fresh = isSuperuser ? (
    <Group>
      <Button component={Link} to="/apps/new/adopt" variant="default">
        {t("adopt.title")}
      </Button>
      <Button component={Link} to="/apps/new">
        {t("apps.new")}
      </Button>
    </Group>
  ) : undefined;
  return (
    <PageFrame title={t("apps.title")} actions={fresh}>
      <Loaded query={query}>
        {({ items }) =>
          items.length ? (
            <AppTable apps={items} />
          ) : (
            <EmptyState title={t("apps.none")}>{t("apps.noneText")}</EmptyState>
          )
        }
      </Loaded>
    </PageFrame>
  );
}

function AppTable({ apps }: { apps: readonly App[] }) {
  const t = useT();
  const used = useUsage();
  const [search, setSearch] = useState("");
  const [state, setState] = useState<string | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(
    () => apps.filter((app) => app.name.includes(search.toLowerCase()) && (!state || app.state === state)),
    [apps, search, state],
  );
  const toggle = useCallback(
    (name: string) =>
      setChosen((before) => {
        const after = new Set(before);
        if (!after.delete(name)) after.add(name);
        return after;
      }),
    [],
  );
  const names = shown.filter((app) => chosen.has(app.name) && app.level !== "read").map((app) => app.name);
  return (
    <>
      <Group mb="md" align="end">
        <TextInput
          label={t("apps.search")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Select
          label={t("apps.state")}
          clearable
          data={STATES.map((each) => ({ value: each, label: t(`state.${each}` as Key) }))}
          value={state}
          onChange={setState}
        />
        <Bulk names={names} />
      </Group>
      <Scroll label={t("apps.title")}>
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                <span className="visually-hidden">{t("apps.chosen")}</span>
              </Table.Th>
              <Table.Th>{t("apps.name")}</Table.Th>
              <Table.Th>{t("apps.state")}</Table.Th>
              <Table.Th>{t("apps.release")}</Table.Th>
              <Table.Th>{t("apps.addresses")}</Table.Th>
              <Table.Th>{t("apps.cpu")}</Table.Th>
              <Table.Th>{t("apps.memory")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((app) => (
              <Row
                key={app.id}
                app={app}
                cpu={used.get(app.name)?.cpuPercent ?? app.cpuPercent}
                memory={used.get(app.name)?.memoryBytes ?? app.memoryBytes}
                isChosen={chosen.has(app.name)}
                onToggle={toggle}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </>
  );
}

interface RowProps {
  app: App;
  cpu: number | null;
  memory: number | null;
  isChosen: boolean;
  onToggle: (name: string) => void;
}

/** An app; what the others use changes every second or two, and is none of its business. */
const Row = memo(function Row({ app, cpu, memory, isChosen, onToggle }: RowProps) {
  const t = useT();
  const { code } = useLanguage();
  return (
    <Table.Tr>
      <Table.Td>
        <Checkbox
          aria-label={t("apps.choose", { name: app.name })}
          checked={isChosen}
          onChange={() => onToggle(app.name)}
        />
      </Table.Td>
      <Table.Td>
        <Anchor component={Link} to={`/apps/${app.name}`}>
          {app.name}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <StateBadge state={app.state} /> {app.job && <StateBadge state={app.job.state} of="job" />}
        {app.message && <div>{app.message}</div>}
      </Table.Td>
      <Table.Td>{app.release || "–"}</Table.Td>
      <Table.Td>
        <Addresses services={app.services} />
      </Table.Td>
      <Table.Td>{cpu === null ? "–" : `${cpu.toFixed(1)} %`}</Table.Td>
      <Table.Td>{memory === null ? "–" : bytes(memory, code)}</Table.Td>
    </Table.Tr>
  );
});

function Bulk({ names }: { names: readonly string[] }) {
  const t = useT();
  return (
    <Group gap="xs" role="group" aria-label={t("apps.bulk")}>
      {VERBS.map((verb) => (
        <Button
          key={verb}
          variant="default"
          disabled={!names.length}
          onClick={() =>
            names.forEach(
              (name) => void order(appPath(name, verb), verb === "restart" ? {} : undefined).catch(complain),
            )
          }
        >
          {t(`apps.${verb}`)}
        </Button>
      ))}
    </Group>
  );
}
