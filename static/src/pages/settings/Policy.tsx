import { Select, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { Scroll } from "@/components/PageFrame";
import { Loaded } from "@/components/States";
import { complain, tell } from "@/components/toast";
import { useT } from "@/i18n";

const DECISIONS = ["allowed", "warned", "refused"] as const;
type Decision = (typeof DECISIONS)[number];
type Role = "superuser" | "user";

interface Rule extends Record<Role, Decision> {
  rule: string;
  options: string;
  harm: string;
  fix: string;
}

interface PolicyShown {
  settings: Record<Role, Record<string, Decision>> & Record<string, unknown>;
  rules: Rule[];
}

const KEY = ["policy"];

/** What apps may ask of their host, for each role. */
export function PolicyEditor() {
  const t = useT();
  const query = useQuery({ queryKey: KEY, queryFn: () => api.get<PolicyShown>("policy") });
  return (
    <Stack>
      <Text>{t("policy.intro")}</Text>
      <Loaded query={query}>{(shown) => <Rules shown={shown} />}</Loaded>
    </Stack>
  );
}

function Rules({ shown }: { shown: PolicyShown }) {
  const t = useT();
  const cache = useQueryClient();
  const change = useMutation({
    mutationFn: ({ rule, role, decision }: { rule: string; role: Role; decision: Decision }) => {
      const { settings } = cache.getQueryData<PolicyShown>(KEY) ?? shown;
      return api.put<PolicyShown>("policy", { ...settings, [role]: { ...settings[role], [rule]: decision } });
    },
    onSuccess(after) {
      cache.setQueryData(KEY, after);
      tell(t("settings.saved"));
    },
    onError: complain,
  });
  const choice = (rule: Rule, role: Role) => (
    <Select
      aria-label={`${rule.rule}: ${t(`policy.${role}`)}`}
      miw="8rem"
      allowDeselect={false}
      disabled={change.isPending}
      value={rule[role]}
      onChange={(decision) => change.mutate({ rule: rule.rule, role, decision: decision as Decision })}
      data={DECISIONS.map((value) => ({ value, label: t(`policy.${value}`) }))}
    />
  );
  return (
    <Scroll label={t("settings.policy")}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("policy.rule")}</Table.Th>
            <Table.Th>{t("policy.superuser")}</Table.Th>
            <Table.Th>{t("policy.user")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.rules.map((rule) => (
            <Table.Tr key={rule.rule}>
              <Table.Td>
                <code>{rule.rule}</code>
                <div>{rule.options}</div>
                <Text size="sm" c="dimmed">
                  {t("policy.why", { harm: rule.harm, fix: rule.fix })}
                </Text>
              </Table.Td>
              <Table.Td>{choice(rule, "superuser")}</Table.Td>
              <Table.Td>{choice(rule, "user")}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}
