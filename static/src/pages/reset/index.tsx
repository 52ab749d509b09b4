import { Alert, Button, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { Link, useLocation } from "react-router";
import { guarded } from "@/api/client";
import { pb, SUPERUSERS } from "@/api/session";
import { Centered } from "@/app/Centered";
import { NewPassword } from "@/components/NewPassword";
import { ErrorState } from "@/components/States";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";

/** A password that was forgotten: asked for by mail, and set anew by the link in it. */
export default function ResetPage() {
  const t = useT();
  const token = new URLSearchParams(useLocation().hash.slice(1)).get("token");
  return <Centered title={t("reset.title")}>{token ? <Confirm token={token} /> : <Request />}</Centered>;
}

/** Ask for both kinds of accounts: AppOS never says which of them there is. */
const request = (email: string) =>
  Promise.all(
    [SUPERUSERS, "users"].map((name) => guarded(() => pb.collection(name).requestPasswordReset(email))),
  );

function Request() {
  const t = useT();
  const sending = useSending();
  const [email, setEmail] = useState("");
  const [isDone, setDone] = useState(false);
  const submit = async () => setDone(await sending.run(() => request(email)));
  if (isDone) return <Done text={t("reset.sent")} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack>
        <p>{t("reset.intro")}</p>
        {sending.error !== null && <ErrorState error={sending.error} />}
        <TextInput
          label={t("field.email")}
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Button type="submit" loading={sending.isBusy}>
          {t("reset.send")}
        </Button>
      </Stack>
    </form>
  );
}

function Confirm({ token }: { token: string }) {
  const t = useT();
  const sending = useSending();
  const [secret, setSecret] = useState({ password: "", repeat: "" });
  const [isTried, setTried] = useState(false);
  const [isDone, setDone] = useState(false);
  const submit = async () => {
    setTried(true);
    if (secret.password !== secret.repeat) return;
    const set = () =>
      pb.collection(collectionOf(token)).confirmPasswordReset(token, secret.password, secret.repeat);
    setDone(await sending.run(() => guarded(set)));
  };
  if (isDone) return <Done text={t("reset.done")} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack>
        {sending.error !== null && <ErrorState error={sending.error} />}
        <NewPassword
          value={secret}
          onChange={setSecret}
          problem={sending.problem("password")}
          isTried={isTried}
        />
        <Button type="submit" loading={sending.isBusy}>
          {t("reset.button")}
        </Button>
      </Stack>
    </form>
  );
}

/** The collection that a token names; one that cannot be read is refused by AppOS. */
function collectionOf(token: string): string {
  try {
    const text = atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    return (JSON.parse(text) as { collectionId?: string }).collectionId ?? SUPERUSERS;
  } catch {
    return SUPERUSERS;
  }
}

function Done({ text }: { text: string }) {
  const t = useT();
  return (
    <>
      <Alert role="status">{text}</Alert>
      <Button component={Link} to="/login">
        {t("signin.button")}
      </Button>
    </>
  );
}
