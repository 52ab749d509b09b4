import { PasswordInput, Textarea, TextInput } from "@mantine/core";
import { useT } from "@/i18n";

/** Where files come from, as one fills it in. */
export interface Origin {
  url: string;
  branch: string;
  path: string;
  username: string;
  password: string;
  privateKey: string;
  hostKey: string;
}

export const NO_ORIGIN: Origin = {
  url: "",
  branch: "",
  path: "",
  username: "",
  password: "",
  privateKey: "",
  hostKey: "",
};

const OVER_HTTP = /^https?:/;

/** What is sent: what was filled in, and only what belongs to how the repository is asked. */
export function originOf(origin: Origin): Partial<Origin> {
  const isHttp = OVER_HTTP.test(origin.url.trim());
  const fields: readonly (keyof Origin)[] = isHttp ? ["username", "password"] : ["privateKey", "hostKey"];
  const sent = (["url", "branch", "path", ...fields] as const).flatMap((field) => {
    const text = origin[field].trim();
    return text ? [[field, field === "privateKey" ? `${text}\n` : text]] : [];
  });
  return Object.fromEntries(sent) as Partial<Origin>;
}

/** What no longer counts for how the repository is asked now, emptied. */
export const othersOf = ({ url }: Origin): Partial<Origin> =>
  OVER_HTTP.test(url.trim()) ? { privateKey: "", hostKey: "" } : { username: "", password: "" };

interface GitFieldsProps {
  value: Origin;
  onChange: (origin: Origin) => void;
  /** Which secrets AppOS has already; they stay unless others are given. */
  kept?: { password: boolean; privateKey: boolean };
}

/** The fields of a repository: over http(s) with a name and a password or token, over ssh with a key. */
export function GitFields({ value, onChange, kept }: GitFieldsProps) {
  const t = useT();
  const change = (changes: Partial<Origin>) => onChange({ ...value, ...changes });
  const text = (field: keyof Origin) => ({
    label: t(`git.${field}`),
    value: value[field],
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) => change({ [field]: event.currentTarget.value }),
  });
  return (
    <>
      <TextInput {...text("url")} description={t("git.urlHint")} required />
      <TextInput {...text("branch")} description={t("git.branchHint")} />
      <TextInput {...text("path")} description={t("git.pathHint")} />
      {OVER_HTTP.test(value.url.trim()) ? (
        <>
          <TextInput {...text("username")} description={t("git.usernameHint")} autoComplete="off" />
          <PasswordInput
            {...text("password")}
            autoComplete="off"
            {...(kept?.password ? { placeholder: t("git.kept") } : {})}
          />
        </>
      ) : (
        value.url.trim() && (
          <>
            <Textarea
              {...text("privateKey")}
              description={t("git.privateKeyHint")}
              autosize
              minRows={3}
              maxRows={8}
              autoComplete="off"
              {...(kept?.privateKey ? { placeholder: t("git.kept") } : {})}
            />
            <TextInput {...text("hostKey")} description={t("git.hostKeyHint")} />
          </>
        )
      )}
    </>
  );
}
