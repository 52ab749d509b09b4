import { Anchor, Button, Group, Table, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/client";
import { Confirm, ConfirmByName } from "@/components/Confirm";
import { Scroll } from "@/components/PageFrame";
import { StateBadge } from "@/components/StateBadge";
import { Loaded } from "@/components/States";
import { complain } from "@/components/toast";
import { useT } from "@/i18n";
import { Prune } from "./Prune";
import { useDocker } from "./useList";

const PROJECT = "com.docker.compose.project";

interface Container {
  id: string;
  name: string;
  image: string;
  state: string;
  health: string;
  labels: Record<string, string>;
  ports: { hostIp: string; hostPort: number; containerPort: number; protocol: string }[];
}

/** All containers of the engine, also those that are no app's. */
export default function Containers() {
  const t = useT();
  const [search, setSearch] = useState("");
  const query = useDocker<Container>("containers");
  return (
    <>
      <Group align="end" mb="md">
        <TextInput
          label={t("apps.search")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </Group>
      <Prune kind="containers" />
      <Loaded query={query}>
        {({ items }) => (
          <Scroll label={t("docker.containers")}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("apps.name")}</Table.Th>
                  <Table.Th>{t("apps.state")}</Table.Th>
                  <Table.Th>{t("apps.image")}</Table.Th>
                  <Table.Th>{t("apps.addresses")}</Table.Th>
                  <Table.Th>
                    <span className="visually-hidden">{t("docker.actions")}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items
                  .filter(({ name }) => name.includes(search))
                  .map((container) => (
                    <Row key={container.id} container={container} />
                  ))}
              </Table.Tbody>
            </Table>
          </Scroll>
        )}
      </Loaded>
    </>
  );
}

function Row({ container }: { container: Container }) {
  const t = useT();
  const project = container.labels[PROJECT];
  return (
    <Table.Tr>
      <Table.Td>
        {container.name}
        {project && (
          <div>
            <Anchor component={Link} to={`/apps/${project}`}>
              {project}
            </Anchor>
          </div>
        )}
      </Table.Td>
      <Table.Td>
        <StateBadge state={container.state} /> {container.health && <StateBadge state={container.health} />}
      </Table.Td>
      <Table.Td>{shortImage(container.image)}</Table.Td>
      <Table.Td>
        {container.ports.map((port) => (
          <div key={`${port.hostIp}${port.hostPort}${port.protocol}`}>
            {port.hostIp}:{port.hostPort} → {port.containerPort}/{port.protocol}
          </div>
        ))}
      </Table.Td>
      <Table.Td>
        <Acts container={container} label={t("docker.actionsOf", { name: container.name })} />
      </Table.Td>
    </Table.Tr>
  );
}

function Acts({ container, label }: { container: Container; label: string }) {
  const t = useT();
  const [asked, setAsked] = useState<"stop" | "remove" | null>(null);
  const path = `docker/containers/${container.id}`;
  const isRunning = container.state === "running";
  return (
    <Group gap="xs" wrap="nowrap" role="group" aria-label={label}>
      {isRunning ? (
        <>
          <Button size="xs" variant="default" onClick={() => setAsked("stop")}>
            {t("apps.stop")}
          </Button>
          <Button
            size="xs"
            variant="default"
            onClick={() => void api.post(`${path}/restart`, {}).catch(complain)}
          >
            {t("apps.restart")}
          </Button>
        </>
      ) : (
        <Button size="xs" variant="default" onClick={() => void api.post(`${path}/start`).catch(complain)}>
          {t("apps.start")}
        </Button>
      )}
      <Button size="xs" variant="default" color="red" onClick={() => setAsked("remove")}>
        {t("apps.remove")}
      </Button>
      {asked === "stop" && (
        <Confirm
          title={t("apps.stopTitle", { name: container.name })}
          action={t("apps.stop")}
          onConfirm={() => api.post(`${path}/stop`, {})}
          onClose={() => setAsked(null)}
        >
          <p>{t("docker.stopText")}</p>
        </Confirm>
      )}
      {asked === "remove" && (
        <ConfirmByName
          title={t("apps.removeTitle", { name: container.name })}
          name={container.name}
          action={t("apps.remove")}
          onConfirm={() => api.delete(path, { force: true })}
          onClose={() => setAsked(null)}
        >
          <p>{t("docker.removeText")}</p>
        </ConfirmByName>
      )}
    </Group>
  );
}

/** An image that has no name is told by the beginning of its id. */
const shortImage = (image: string) => image.replace(/^sha256:([0-9a-f]{12})[0-9a-f]+$/, "$1");
