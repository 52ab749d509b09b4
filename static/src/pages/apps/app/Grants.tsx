import { Select, Table } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, guarded } from "@/api/client";
import { pb } from "@/api/session";
import { Scroll } from "@/components/PageFrame";
import { EmptyState, Loaded } from "@/components/States";
import { complain } from "@/components/toast";
import { useT } from "@/i18n";
import { appPath } from "../queries";
import type { App } from "../types";

type Grant = "read" | "operate";

/** What each user may do with an app. */
export function Grants({ app }: { app: App }) {
  const t = useT();
  const cache = useQueryClient();
  const query = useQuery({
    queryKey: ["grants", app.name],
    queryFn: async () => {
      const users = await guarded(() => pb.collection("users").getFullList<{ id: string; email: string }>());
      return { users, grants: await api.get<Record<string, Grant>>(appPath(app.name, "grants")) };
    },
  });
  const change = async (grants: Record<string, Grant>, user: string, level: string | null) => {
    const others = Object.entries(grants).filter(([id]) => id !== user);
    const next = level === "read" || level === "operate" ? [...others, [user, level] as const] : others;
    await api.put(appPath(app.name, "grants"), Object.fromEntries(next));
    await cache.invalidateQueries({ queryKey: ["grants", app.name] });
  };
  return (
    <section aria-label={t("apps.grants")}>
      <h2>{t("apps.grants")}</h2>
      <Loaded query={query}>
        {({ users, grants }) =>
          users.length ? (
            <Scroll label={t("apps.grants")}>
              <Table>
                <Table.Tbody>
                  {users.map((user) => (
                    <Table.Tr key={user.id}>
                      <Table.Td>{user.email}</Table.Td>
                      <Table.Td>
                        <Select
                          aria-label={t("apps.grantOf", { user: user.email })}
                          clearable
                          placeholder={t("apps.grant.none")}
                          value={grants[user.id] ?? null}
                          onChange={(level) => void change(grants, user.id, level).catch(complain)}
                          data={(["read", "operate"] as const).map((level) => ({
                            value: level,
                            label: t(`apps.grant.${level}`),
                          }))}
                        />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Scroll>
          ) : (
            <EmptyState title={t("apps.noUsers")} />
          )
        }
      </Loaded>
    </section>
  );
}
