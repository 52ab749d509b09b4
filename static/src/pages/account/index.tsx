import {
  Button,
  Group,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Title,
  useMantineColorScheme,
} from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";
import { guarded } from "@/api/client";
import { pb, signIn, signOut } from "@/api/session";
import { useAccount } from "@/app/hooks";
import { Confirm } from "@/components/Confirm";
import { NewPassword } from "@/components/NewPassword";
import { Card, PageFrame } from "@/components/PageFrame";
import { ErrorState } from "@/components/States";
import { tell } from "@/components/toast";
import { useSending } from "@/components/useSending";
import { LANGUAGES, languageName, useLanguage } from "@/i18n";

/** One's own account: password, sessions, colours, language. */
export default function AccountPage() {
  const { t } = useLanguage();
  const account = useAccount();
  return (
    <PageFrame title={t("nav.account")}>
      <Card label={t("account.look")}>
        <Look />
      </Card>
      <Card label={t("account.password")}>
        <Title order={2} size="h4">
          {t("account.password")}
        </Title>
        <Text>{account.email}</Text>
        <PasswordForm />
      </Card>
      <Card label={t("account.sessions")}>
        <Sessions />
      </Card>
    </PageFrame>
  );
}

function Look() {
  const { t, code, choose } = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  return (
    <Stack>
      <Title order={2} size="h4">
        {t("account.look")}
      </Title>
      <SegmentedControl
        aria-label={t("theme.title")}
        value={colorScheme}
        onChange={(value) => setColorScheme(value as "light" | "dark" | "auto")}
        data={[
          { value: "light", label: t("theme.light") },
          { value: "dark", label: t("theme.dark") },
          { value: "auto", label: t("theme.auto") },
        ]}
      />
      <Select
        label={t("account.language")}
        maw="20rem"
        allowDeselect={false}
        value={code}
        onChange={(value) => value && choose(value)}
        data={LANGUAGES.map((each) => ({ value: each, label: languageName(each) }))}
      />
    </Stack>
  );
}

const EMPTY = { password: "", repeat: "" };

function PasswordForm() {
  const { t } = useLanguage();
  const account = useAccount();
  const sending = useSending();
  const [old, setOld] = useState("");
  const [secret, setSecret] = useState(EMPTY);
  const [isTried, setTried] = useState(false);
  const change = async () => {
    const { password, repeat } = secret;
    const body = { oldPassword: old, password, passwordConfirm: repeat };
    await guarded(() => pb.collection(account.collection).update(account.id, body));
    // The change has ended every session of the account; this one goes on.
    await signIn(account.email, password, account.collection);
  };
  const submit = async () => {
    setTried(true);
    if (secret.password !== secret.repeat || !(await sending.run(change))) return;
    setTried(false);
    setOld("");
    setSecret(EMPTY);
    tell(t("account.passwordChanged"));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack maw="24rem">
        {sending.error !== null && <ErrorState error={sending.error} />}
        <PasswordInput
          label={t("field.oldPassword")}
          name="oldPassword"
          autoComplete="current-password"
          required
          error={sending.problem("oldPassword")}
          value={old}
          onChange={(event) => setOld(event.currentTarget.value)}
        />
        <NewPassword
          value={secret}
          onChange={setSecret}
          problem={sending.problem("password")}
          isTried={isTried}
        />
        <Button type="submit" loading={sending.isBusy}>
          {t("account.changePassword")}
        </Button>
      </Stack>
    </form>
  );
}

function Sessions() {
  const { t } = useLanguage();
  const navigate = useNavigate();
  const [isAsked, setAsked] = useState(false);
  const account = useAccount();
  const [password, setPassword] = useState("");
  const leave = () => {
    signOut();
    void navigate("/login");
  };
  return (
    <Stack>
      <Title order={2} size="h4">
        {t("account.sessions")}
      </Title>
      <Text>{t("account.sessionsHint")}</Text>
      <Group>
        <Button variant="default" onClick={leave}>
          {t("account.signOut")}
        </Button>
        <Button variant="default" onClick={() => setAsked(true)}>
          {t("account.signOutEverywhere")}
        </Button>
      </Group>
      {isAsked && (
        <Confirm
          title={t("account.signOutEverywhere")}
          action={t("account.signOutEverywhere")}
          onClose={() => setAsked(false)}
          onConfirm={async () => {
            // Every change of a password ends the sessions, one to the same password as well.
            const body = { oldPassword: password, password, passwordConfirm: password };
            await guarded(() => pb.collection(account.collection).update(account.id, body));
            leave();
          }}
        >
          <p>{t("account.signOutEverywhereHint")}</p>
          <PasswordInput
            data-autofocus
            label={t("field.password")}
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        </Confirm>
      )}
    </Stack>
  );
}
