import { Tabs } from "@mantine/core";
import { SUPERUSERS } from "@/api/session";
import { PageFrame } from "@/components/PageFrame";
import { useT } from "@/i18n";
import { Accounts } from "./Accounts";

/** Who may sign in: superusers, who may do everything, and users, who may do what they were granted. */
export default function UsersPage() {
  const t = useT();
  return (
    <PageFrame title={t("nav.users")}>
      <Tabs defaultValue={SUPERUSERS} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value={SUPERUSERS}>{t("users.superusers")}</Tabs.Tab>
          <Tabs.Tab value="users">{t("users.users")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={SUPERUSERS} pt="md">
          <Accounts collection={SUPERUSERS} hint={t("users.superusersHint")} />
        </Tabs.Panel>
        <Tabs.Panel value="users" pt="md">
          <Accounts collection="users" hint={t("users.usersHint")} />
        </Tabs.Panel>
      </Tabs>
    </PageFrame>
  );
}
