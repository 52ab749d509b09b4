import { Alert, Button, Code, CopyButton, Group, Stack } from "@mantine/core";
import { useState } from "react";
import { api } from "@/api/client";
import { Confirm } from "@/components/Confirm";
import { tell } from "@/components/toast";
import { useT } from "@/i18n";
import { appPath } from "../queries";
import type { App } from "../types";

interface Made {
  url: string;
  secret: string;
}

/** The webhook that updates an app. Its secret is shown once, when it is made. */
export function Webhook({ app }: { app: App }) {
  const t = useT();
  const [made, setMade] = useState<Made | null>(null);
  const [asked, setAsked] = useState<"renew" | "remove" | null>(null);
  const make = async () => setMade(await api.post<Made>(appPath(app.name, "webhook")));
  const remove = async () => {
    await api.delete(appPath(app.name, "webhook"));
    setMade(null);
    tell(t("webhook.removed"));
  };
  return (
    <section aria-label={t("webhook.title")}>
      <h2>{t("webhook.title")}</h2>
      <Stack maw="36rem">
        <p>{t("webhook.text")}</p>
        {made && (
          <Alert color="blue" variant="outline" title={t("webhook.once")}>
            <Copied label={t("webhook.url")} text={new URL(made.url, window.location.href).href} />
            <Copied label={t("webhook.secret")} text={made.secret} />
          </Alert>
        )}
        <Group>
          <Button variant="default" onClick={() => setAsked("renew")}>
            {t("webhook.make")}
          </Button>
          <Button variant="default" onClick={() => setAsked("remove")}>
            {t("webhook.remove")}
          </Button>
        </Group>
      </Stack>
      {asked && (
        <Confirm
          title={t(asked === "renew" ? "webhook.make" : "webhook.remove")}
          action={t(asked === "renew" ? "webhook.make" : "webhook.remove")}
          onConfirm={() => (asked === "renew" ? make() : remove())}
          onClose={() => setAsked(null)}
        >
          <p>{t("webhook.ends")}</p>
        </Confirm>
      )}
    </section>
  );
}

function Copied({ label, text }: { label: string; text: string }) {
  const t = useT();
  return (
    <Group gap="xs" mt="xs">
      <strong>{label}</strong>
      <Code>{text}</Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" onClick={copy}>
            {t(copied ? "action.copied" : "action.copy")}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
