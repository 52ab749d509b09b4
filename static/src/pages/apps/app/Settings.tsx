import { Button, NumberInput, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { ErrorState } from "@/components/States";
import { tell } from "@/components/toast";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";
import { appPath } from "../queries";
import { Source } from "../source/Source";
import { Webhook } from "../source/Webhook";
import type { App } from "../types";
import { Grants } from "./Grants";

const FIELDS = ["waitSeconds", "watchSeconds", "keepReleases"] as const;

/** How an app is deployed, and who may do what with it. */
export default function Settings({ app }: { app: App }) {
  const t = useT();
  const cache = useQueryClient();
  const sending = useSending();
  const [settings, setSettings] = useState(app.settings);
  const save = async () => {
    const body = Object.fromEntries(FIELDS.map((field) => [field, settings[field]]));
    if (!(await sending.run(() => api.patch(appPath(app.name, "settings"), body)))) return;
    tell(t("apps.saved"));
    await cache.invalidateQueries({ queryKey: ["app", app.name] });
  };
  return (
    <Stack>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stack maw="24rem">
          {FIELDS.map((field) => (
            <NumberInput
              key={field}
              label={t(`apps.setting.${field}`)}
              min={field === "keepReleases" ? 1 : 0}
              value={settings[field]}
              onChange={(value) => setSettings({ ...settings, [field]: Number(value) })}
            />
          ))}
          {sending.error !== null && <ErrorState error={sending.error} />}
          <Button type="submit" loading={sending.isBusy}>
            {t("apps.save")}
          </Button>
        </Stack>
      </form>
      <Source app={app} />
      <Webhook app={app} />
      <Grants app={app} />
    </Stack>
  );
}
