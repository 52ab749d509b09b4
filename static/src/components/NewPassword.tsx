import { PasswordInput } from "@mantine/core";
import { useT } from "@/i18n";

export interface NewPasswordValue {
  password: string;
  repeat: string;
}

interface Props {
  value: NewPasswordValue;
  onChange: (value: NewPasswordValue) => void;
  /** What AppOS says of the password. */
  problem: string | undefined;
  isTried: boolean;
}

/** A new password, typed twice. */
export function NewPassword({ value, onChange, problem, isTried }: Props) {
  const t = useT();
  const differs = isTried && value.password !== value.repeat;
  return (
    <>
      <PasswordInput
        label={t("field.newPassword")}
        description={t("field.passwordHint")}
        name="password"
        autoComplete="new-password"
        required
        error={problem}
        value={value.password}
        onChange={(event) => onChange({ ...value, password: event.currentTarget.value })}
      />
      <PasswordInput
        label={t("field.repeat")}
        name="repeat"
        autoComplete="new-password"
        required
        error={differs && t("field.differs")}
        value={value.repeat}
        onChange={(event) => onChange({ ...value, repeat: event.currentTarget.value })}
      />
    </>
  );
}
