import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { signIn, type Account } from "@/api/session";
import { ErrorState } from "@/components/States";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";

/** E-mail and password; with `account` it is that one who comes back. */
export function SignInForm({ account, onDone }: { account?: Account; onDone: () => void }) {
  const t = useT();
  const sending = useSending();
  const [email, setEmail] = useState(account?.email ?? "");
  const [password, setPassword] = useState("");
  const submit = async () => {
    if (await sending.run(() => signIn(email, password, account?.collection))) onDone();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack>
        {sending.error !== null && <ErrorState error={sending.error} />}
        <TextInput
          label={t("field.email")}
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus={!account}
          readOnly={account !== undefined}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={t("field.password")}
          name="password"
          autoComplete="current-password"
          required
          data-autofocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={sending.isBusy}>
          {t("signin.button")}
        </Button>
      </Stack>
    </form>
  );
}
