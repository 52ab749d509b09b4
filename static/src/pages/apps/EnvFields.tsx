import { Group, SegmentedControl, Textarea } from "@mantine/core";
import { useState } from "react";
import { useT } from "@/i18n";
import { EnvTable, type Variable } from "./EnvTable";

const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/;

/** Read lines of NAME=value; comments and what is no such line are left out. */
export function variablesOfText(text: string): Variable[] {
  return text.split("\n").flatMap((line, key) => {
    const found = LINE.exec(line);
    return found ? [{ key, name: found[1] ?? "", value: unquoted((found[2] ?? "").trim()) }] : [];
  });
}

function unquoted(value: string): string {
  const quote = value[0];
  return value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote)
    ? value.slice(1, -1)
    : value;
}

export const textOf = (variables: readonly Variable[]) =>
  variables
    .filter(({ name }) => name)
    .map(({ name, value }) => `${name}=${value}`)
    .join("\n");

interface EnvFieldsProps {
  variables: readonly Variable[];
  onChange: (variables: Variable[]) => void;
}

/** The environment of a new app, as a table or as text that is pasted. */
export function EnvFields({ variables, onChange }: EnvFieldsProps) {
  const t = useT();
  const [text, setText] = useState<string | null>(null);
  return (
    <div>
      <Group mb="sm">
        <SegmentedControl
          aria-label={t("apps.envAs")}
          value={text === null ? "table" : "text"}
          onChange={(kind) => setText(kind === "text" ? textOf(variables) : null)}
          data={[
            { value: "table", label: t("apps.envTable") },
            { value: "text", label: t("apps.envText") },
          ]}
        />
      </Group>
      {text === null ? (
        <EnvTable variables={variables} onChange={onChange} />
      ) : (
        <Textarea
          label={t("apps.envText")}
          autosize
          minRows={6}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            onChange(variablesOfText(event.currentTarget.value));
          }}
        />
      )}
    </div>
  );
}
