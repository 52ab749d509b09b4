import { Button, Group, Select, Tabs } from "@mantine/core";
import { useState } from "react";
import { EmptyState } from "@/components/States";
import { Terminal } from "@/components/terminal/Terminal";
import { useT } from "@/i18n";
import type { App } from "../types";

interface Open {
  id: number;
  service: string;
}

/** Shells in the services of an app, each in a tab. */
export default function Terminals({ app }: { app: App }) {
  const t = useT();
  const running = app.services.filter(({ state }) => state === "running").map(({ name }) => name);
  const [service, setService] = useState<string | null>(running[0] ?? null);
  const [tabs, setTabs] = useState<readonly Open[]>([]);
  const [shown, setShown] = useState<string | null>(null);
  const open = () => {
    if (!service) return;
    const id = Math.max(0, ...tabs.map((tab) => tab.id)) + 1;
    setTabs([...tabs, { id, service }]);
    setShown(String(id));
  };
  const close = (id: number) => {
    const left = tabs.filter((tab) => tab.id !== id);
    setTabs(left);
    setShown(left.length ? String(left[left.length - 1]?.id) : null);
  };
  return (
    <>
      <Group mb="md" align="end">
        <Select label={t("apps.service")} data={running} value={service} onChange={setService} />
        <Button onClick={open} disabled={!service}>
          {t("apps.openTerminal")}
        </Button>
      </Group>
      {!tabs.length && <EmptyState title={t("apps.noTerminal")}>{t("apps.noTerminalText")}</EmptyState>}
      {tabs.length > 0 && (
        <Tabs value={shown} onChange={setShown}>
          <Tabs.List aria-label={t("apps.part.terminal")}>
            {tabs.map(({ id, service: name }) => (
              <Tabs.Tab key={id} value={String(id)}>
                {name} {id}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {tabs.map(({ id, service: name }) => (
            <Tabs.Panel key={id} value={String(id)} pt="sm">
              <Terminal
                path={`/api/appos/terminal/apps/${encodeURIComponent(app.name)}/${encodeURIComponent(name)}`}
                label={t("apps.terminalOf", { service: name })}
              />
              <Button mt="sm" variant="default" size="xs" onClick={() => close(id)}>
                {t("apps.closeTerminal")}
              </Button>
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </>
  );
}
