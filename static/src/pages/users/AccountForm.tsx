import { Button, Checkbox, Group, Modal, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { guarded } from "@/api/client";
import { pb } from "@/api/session";
import { ErrorState } from "@/components/States";
import { tell } from "@/components/toast";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";
import type { AccountRecord } from "./Accounts";

interface Props {
  collection: string;
  /** null: a new one. */
  record: AccountRecord | null;
  onClose: () => void;
  onSaved: () => void;
}

/** An account's e-mail and password; an empty password stays as it is. */
export function AccountForm({ collection, record, onClose, onSaved }: Props) {
  const t = useT();
  const sending = useSending();
  const [email, setEmail] = useState(record?.email ?? "");
  const [password, setPassword] = useState("");
  const [isVerified, setVerified] = useState(record?.verified ?? true);

  const save = () => {
    const secret = password ? { password, passwordConfirm: password } : {};
    const body = { email, verified: isVerified, ...secret };
    const records = pb.collection(collection);
    return guarded<unknown>(() => (record ? records.update(record.id, body) : records.create(body)));
  };
  const submit = async () => {
    if (!(await sending.run(save))) return;
    tell(t("users.saved", { email }));
    onSaved();
    onClose();
  };

  return (
    <Modal opened onClose={onClose} title={record ? record.email : t("users.add")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack>
          {sending.error !== null && <ErrorState error={sending.error} />}
          <TextInput
            data-autofocus
            label={t("field.email")}
            type="email"
            autoComplete="off"
            required
            error={sending.problem("email")}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label={t("field.newPassword")}
            description={record ? t("users.passwordStays") : undefined}
            autoComplete="new-password"
            required={!record}
            error={sending.problem("password")}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Checkbox
            label={t("users.verified")}
            checked={isVerified}
            onChange={(event) => setVerified(event.currentTarget.checked)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" loading={sending.isBusy}>
              {t("action.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
