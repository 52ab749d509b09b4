import { Button, Code, Stack, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { RecordModel } from "pocketbase";
import { useState } from "react";
import { Navigate, useLocation, useNavigate } from "react-router";
import { api } from "@/api/client";
import { pb } from "@/api/session";
import { Centered } from "@/app/Centered";
import { NewPassword } from "@/components/NewPassword";
import { ErrorState, Loaded } from "@/components/States";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";

interface SignedIn {
  token: string;
  record: RecordModel;
}

/** The claim of a new installation, from the link in the log; the token stands behind the #. */
export default function ClaimPage() {
  const t = useT();
  const token = new URLSearchParams(useLocation().hash.slice(1)).get("token");
  const query = useQuery({
    queryKey: ["setup"],
    queryFn: () => api.get<{ needsSetup: boolean }>("setup/status"),
  });
  return (
    <Centered title={t("claim.title")}>
      <Loaded query={query}>
        {({ needsSetup }) => {
          if (!needsSetup) return <Navigate to="/" replace />;
          return token ? <ClaimForm token={token} /> : <NoLink />;
        }}
      </Loaded>
    </Centered>
  );
}

function NoLink() {
  const t = useT();
  return (
    <div>
      <p>{t("claim.noLink")}</p>
      <Code block>appos setup-link</Code>
      <p>{t("claim.linkEnds")}</p>
    </div>
  );
}

function ClaimForm({ token }: { token: string }) {
  const t = useT();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const sending = useSending();
  const [email, setEmail] = useState("");
  const [secret, setSecret] = useState({ password: "", repeat: "" });
  const [isTried, setTried] = useState(false);

  const submit = async () => {
    setTried(true);
    if (secret.password !== secret.repeat) return;
    const done = await sending.run(async () => {
      const made = await api.post<SignedIn>("setup/init", { email, password: secret.password, token });
      cache.removeQueries({ queryKey: ["setup"] });
      pb.authStore.save(made.token, made.record);
    });
    if (done) void navigate("/", { replace: true });
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack>
        <p>{t("claim.intro")}</p>
        {sending.error !== null && <ErrorState error={sending.error} />}
        <TextInput
          label={t("field.email")}
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          error={sending.problem("email")}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NewPassword
          value={secret}
          onChange={setSecret}
          problem={sending.problem("password")}
          isTried={isTried}
        />
        <Button type="submit" loading={sending.isBusy}>
          {t("claim.button")}
        </Button>
      </Stack>
    </form>
  );
}
