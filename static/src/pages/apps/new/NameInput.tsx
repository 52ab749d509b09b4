import { TextInput } from "@mantine/core";
import { useT } from "@/i18n";

/** For the attribute, whose expressions take no bare `-` in a class. */
const PATTERN = "[a-z0-9][a-z0-9_\\-]{0,62}";
const NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export const isName = (name: string) => NAME.test(name);

/** The name of a new app. */
export function NameInput(props: {
  value: string;
  error: string | undefined;
  onChange: (name: string) => void;
}) {
  const t = useT();
  return (
    <TextInput
      label={t("apps.name")}
      description={t("apps.nameRule")}
      required
      autoFocus
      pattern={PATTERN}
      spellCheck={false}
      value={props.value}
      error={props.error}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}
