import { ActionIcon, Button, Group, PasswordInput, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useT } from "@/i18n";

export interface Variable {
  /** What a row keeps while its name is typed. */
  key: number;
  name: string;
  value: string;
}

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
const PASSWORD_LENGTH = 24;

/** A password that nobody has to type; without letters that are taken for one another. */
export function newPassword(length = PASSWORD_LENGTH): string {
  const fair = 256 - (256 % LETTERS.length);
  let made = "";
  while (made.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < fair && made.length < length) made += LETTERS[byte % LETTERS.length] ?? "";
    }
  }
  return made;
}

export const variablesOf = (env: Readonly<Record<string, string | null>>): Variable[] =>
  Object.entries(env).map(([name, value], key) => ({ key, name, value: value ?? "" }));

export const envOf = (variables: readonly Variable[]): Record<string, string> =>
  Object.fromEntries(variables.filter(({ name }) => name).map(({ name, value }) => [name, value]));

interface EnvTableProps {
  variables: readonly Variable[];
  onChange: (variables: Variable[]) => void;
}

/** An environment as a table of names and values. */
export function EnvTable({ variables, onChange }: EnvTableProps) {
  const t = useT();
  const next = Math.max(-1, ...variables.map(({ key }) => key)) + 1;
  const change = (key: number, changes: Partial<Variable>) =>
    onChange(variables.map((each) => (each.key === key ? { ...each, ...changes } : each)));
  return (
    <div role="group" aria-label={t("apps.env")}>
      {variables.map(({ key, name, value }) => (
        <Group key={key} mb="xs" align="end" wrap="nowrap">
          <TextInput
            label={t("apps.envName")}
            value={name}
            spellCheck={false}
            onChange={(event) => change(key, { name: event.currentTarget.value })}
          />
          <PasswordInput
            label={t("apps.envValue", { name })}
            value={value}
            autoComplete="off"
            flex={1}
            onChange={(event) => change(key, { value: event.currentTarget.value })}
          />
          <Button variant="default" onClick={() => change(key, { value: newPassword() })}>
            {t("apps.generate")}
          </Button>
          <ActionIcon
            variant="default"
            size="lg"
            aria-label={t("apps.envRemove", { name })}
            onClick={() => onChange(variables.filter((each) => each.key !== key))}
          >
            <IconTrash aria-hidden size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Button variant="default" onClick={() => onChange([...variables, { key: next, name: "", value: "" }])}>
        {t("apps.envAdd")}
      </Button>
    </div>
  );
}
