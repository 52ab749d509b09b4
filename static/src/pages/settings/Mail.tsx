import { Button, Checkbox, Group, NumberInput, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { guarded } from "@/api/client";
import { pb, SUPERUSERS } from "@/api/session";
import { useAccount } from "@/app/hooks";
import { Card } from "@/components/PageFrame";
import { ErrorState, Loaded } from "@/components/States";
import { tell } from "@/components/toast";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";

interface Smtp {
  enabled: boolean;
  host: string;
  port: number;
  username: string;
  /** Never told; what is sent is kept. */
  password?: string;
  tls: boolean;
}

interface MailSettings {
  meta: { senderName: string; senderAddress: string };
  smtp: Smtp;
}

/** The mail server, and whether it takes a mail. */
export function Mail() {
  const query = useQuery({
    queryKey: ["settings", "mail"],
    queryFn: () => guarded(() => pb.settings.getAll()) as unknown as Promise<MailSettings>,
  });
  return (
    <Loaded query={query}>
      {(settings) => (
        <Stack>
          <MailForm settings={settings} />
          <Sample />
        </Stack>
      )}
    </Loaded>
  );
}

function MailForm({ settings }: { settings: MailSettings }) {
  const t = useT();
  const cache = useQueryClient();
  const sending = useSending();
  const [smtp, setSmtp] = useState<Partial<Smtp>>({});
  const [meta, setMeta] = useState<Partial<MailSettings["meta"]>>({});
  const shown = { ...settings.smtp, ...smtp };
  const sender = { ...settings.meta, ...meta };
  const submit = async () => {
    const done = await sending.run(() => guarded(() => pb.settings.update({ smtp, meta })));
    if (!done) return;
    await cache.invalidateQueries({ queryKey: ["settings", "mail"] });
    setSmtp({});
    setMeta({});
    tell(t("settings.saved"));
  };
  const change = (more: Partial<Smtp>) => setSmtp((before) => ({ ...before, ...more }));
  return (
    <Card label={t("settings.mail")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack maw="30rem">
          {sending.error !== null && <ErrorState error={sending.error} />}
          <TextInput
            label={t("mail.senderName")}
            value={sender.senderName}
            onChange={(event) => setMeta({ ...meta, senderName: event.currentTarget.value })}
          />
          <TextInput
            label={t("mail.senderAddress")}
            type="email"
            value={sender.senderAddress}
            onChange={(event) => setMeta({ ...meta, senderAddress: event.currentTarget.value })}
          />
          <Checkbox
            label={t("mail.enabled")}
            checked={shown.enabled}
            onChange={(event) => change({ enabled: event.currentTarget.checked })}
          />
          <TextInput
            label={t("mail.host")}
            value={shown.host}
            onChange={(event) => change({ host: event.currentTarget.value })}
          />
          <NumberInput
            label={t("mail.port")}
            min={1}
            max={65_535}
            hideControls
            value={shown.port}
            onChange={(port) => typeof port === "number" && change({ port })}
          />
          <TextInput
            label={t("mail.username")}
            autoComplete="off"
            value={shown.username}
            onChange={(event) => change({ username: event.currentTarget.value })}
          />
          <PasswordInput
            label={t("field.password")}
            description={t("users.passwordStays")}
            autoComplete="new-password"
            value={smtp.password ?? ""}
            onChange={(event) => change({ password: event.currentTarget.value })}
          />
          <Checkbox
            label={t("mail.tls")}
            checked={shown.tls}
            onChange={(event) => change({ tls: event.currentTarget.checked })}
          />
          <Button type="submit" loading={sending.isBusy}>
            {t("action.save")}
          </Button>
        </Stack>
      </form>
    </Card>
  );
}

function Sample() {
  const t = useT();
  const { email } = useAccount();
  const sending = useSending();
  const [to, setTo] = useState(email);
  const submit = async () => {
    const send = () => guarded(() => pb.settings.testEmail(SUPERUSERS, to, "password-reset"));
    if (await sending.run(send)) tell(t("mail.sent", { to }));
  };
  return (
    <Card label={t("mail.test")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack maw="30rem">
          <Title order={2} size="h4">
            {t("mail.test")}
          </Title>
          {sending.error !== null && <ErrorState error={sending.error} />}
          <Group align="end">
            <TextInput
              label={t("mail.to")}
              type="email"
              required
              value={to}
              onChange={(event) => setTo(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={sending.isBusy}>
              {t("mail.send")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
