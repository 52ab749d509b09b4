import { Modal, Select, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { queries } from "@/api/queries";
import type { AppView, Level } from "@/api/types";
import { EmptyState, Loaded } from "@/components/States";
import { complain } from "@/components/toast";
import { useT } from "@/i18n";
import type { AccountRecord } from "./Accounts";

type AppGrants = Record<string, Level>;

/** What a user may do with each app. */
export function Grants({ user, onClose }: { user: AccountRecord; onClose: () => void }) {
  const t = useT();
  const query = useQuery(queries.apps({ perPage: 500, sort: "name" }));
  return (
    <Modal opened onClose={onClose} title={t("users.grantsOf", { email: user.email })}>
      <Loaded query={query}>
        {({ items }) =>
          items.length ? (
            <Stack>
              <Text>{t("users.grantsHint")}</Text>
              {items.map((app) => (
                <Grant key={app.id} app={app} user={user} />
              ))}
            </Stack>
          ) : (
            <EmptyState title={t("apps.none")} />
          )
        }
      </Loaded>
    </Modal>
  );
}

function Grant({ app, user }: { app: AppView; user: AccountRecord }) {
  const t = useT();
  const cache = useQueryClient();
  const key = ["grants", app.id];
  const path = `apps/${app.id}/grants`;
  const query = useQuery({ queryKey: key, queryFn: () => api.get<AppGrants>(path) });
  const change = async (level: string) => {
    // Asked anew: others may have changed those of other users in the meantime.
    const others = await api.get<AppGrants>(path);
    Reflect.deleteProperty(others, user.id);
    const wanted = level === "none" ? others : { ...others, [user.id]: level as Level };
    cache.setQueryData(key, await api.put<AppGrants>(path, wanted));
  };
  return (
    <Select
      label={app.name}
      allowDeselect={false}
      disabled={!query.data}
      value={query.data?.[user.id] ?? "none"}
      onChange={(level) => void change(level ?? "none").catch(complain)}
      data={[
        { value: "none", label: t("level.none") },
        { value: "read", label: t("level.read") },
        { value: "operate", label: t("level.operate") },
      ]}
    />
  );
}
