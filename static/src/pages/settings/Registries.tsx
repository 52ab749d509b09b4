import { Button, Group, PasswordInput, Stack, Table, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { queries } from "@/api/queries";
import type { Registry } from "@/api/types";
import { Confirm } from "@/components/Confirm";
import { dateTime } from "@/components/format";
import { Card, Scroll } from "@/components/PageFrame";
import { EmptyState, ErrorState, Loaded } from "@/components/States";
import { tell } from "@/components/toast";
import { useSending } from "@/components/useSending";
import { useLanguage, useT } from "@/i18n";

/** Private registries that images are pulled from. */
export function Registries() {
  const t = useT();
  const query = useQuery(queries.registries());
  return (
    <Stack>
      <Text>{t("registry.intro")}</Text>
      <Loaded query={query}>
        {({ items }) =>
          items.length ? (
            <Known registries={items} />
          ) : (
            <EmptyState title={t("registry.none")}>{t("registry.noneHint")}</EmptyState>
          )
        }
      </Loaded>
      <Added />
    </Stack>
  );
}

function Known({ registries }: { registries: readonly Registry[] }) {
  const { t, code } = useLanguage();
  const cache = useQueryClient();
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <Scroll label={t("settings.registries")}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("registry.host")}</Table.Th>
            <Table.Th>{t("mail.username")}</Table.Th>
            <Table.Th>{t("registry.updated")}</Table.Th>
            <Table.Th>{t("services.actions")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {registries.map(({ registry, username, updated }) => (
            <Table.Tr key={registry}>
              <Table.Td>{registry}</Table.Td>
              <Table.Td>{username}</Table.Td>
              <Table.Td>{dateTime(updated, code)}</Table.Td>
              <Table.Td>
                <Button size="compact-sm" variant="default" onClick={() => setAsked(registry)}>
                  {t("action.delete")}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {asked && (
        <Confirm
          title={t("registry.delete", { registry: asked })}
          action={t("action.delete")}
          onClose={() => setAsked(null)}
          onConfirm={async () => {
            await api.delete(`docker/registries/${encodeURIComponent(asked)}`);
            await cache.invalidateQueries({ queryKey: ["registries"] });
          }}
        >
          <p>{t("registry.deleteHint")}</p>
        </Confirm>
      )}
    </Scroll>
  );
}

const EMPTY = { registry: "", username: "", password: "" };

function Added() {
  const t = useT();
  const cache = useQueryClient();
  const sending = useSending();
  const [value, setValue] = useState(EMPTY);
  const submit = async () => {
    if (!(await sending.run(() => api.post("docker/registries", value)))) return;
    setValue(EMPTY);
    tell(t("registry.added", { registry: value.registry }));
    await cache.invalidateQueries({ queryKey: ["registries"] });
  };
  return (
    <Card label={t("registry.add")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack maw="30rem">
          {sending.error !== null && <ErrorState error={sending.error} />}
          <TextInput
            label={t("registry.host")}
            description={t("registry.hostHint")}
            required
            value={value.registry}
            error={sending.problem("registry")}
            onChange={(event) => setValue({ ...value, registry: event.currentTarget.value })}
          />
          <TextInput
            label={t("mail.username")}
            autoComplete="off"
            required
            value={value.username}
            error={sending.problem("username")}
            onChange={(event) => setValue({ ...value, username: event.currentTarget.value })}
          />
          <PasswordInput
            label={t("field.password")}
            autoComplete="new-password"
            required
            value={value.password}
            error={sending.problem("password")}
            onChange={(event) => setValue({ ...value, password: event.currentTarget.value })}
          />
          <Group>
            <Button type="submit" loading={sending.isBusy}>
              {t("registry.add")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
