import { List } from "@mantine/core";
import type { EditorMark } from "@/components/editor/CodeEditor";
import { StateBadge } from "@/components/StateBadge";
import { useT } from "@/i18n";
import type { Check, Finding } from "./types";

const TONES = { error: "failed", warning: "warning", info: "waiting" } as const;

/** What is found at the lines of a file, for the margin of its editor. */
export const marksOf = (findings: readonly Finding[], file: string): EditorMark[] =>
  findings
    .filter((finding) => finding.line !== null && (finding.file === null || finding.file.endsWith(file)))
    .map(({ line, severity, message, fix }) => ({
      line: line ?? 1,
      severity,
      message: `${message} ${fix}`.trim(),
    }));

/** What is found, in words. */
export function Findings({ findings, label }: { findings: readonly Finding[]; label: string }) {
  const t = useT();
  if (!findings.length) return null;
  return (
    <section aria-label={label}>
      <List listStyleType="none" spacing="xs">
        {findings.map((finding, place) => (
          <List.Item key={place}>
            <StateBadge state={TONES[finding.severity]} label={t(`apps.severity.${finding.severity}`)} />{" "}
            {finding.path && <code>{finding.path}</code>}{" "}
            {finding.line !== null && <span>({t("apps.line", { line: finding.line })})</span>}{" "}
            {finding.message} {finding.fix}
          </List.Item>
        ))}
      </List>
    </section>
  );
}

/** What a deployment would do, and what stands against it. */
export function PlanView({ check }: { check: Check }) {
  const t = useT();
  const actions = (check.plan?.actions ?? []).filter((action) => action.kind !== "untouched");
  return (
    <section aria-label={t("apps.plan")}>
      <h2>{t("apps.plan")}</h2>
      <Findings findings={check.refused} label={t("apps.refused")} />
      {check.plan && !actions.length && <p>{t("apps.planNone")}</p>}
      <List listStyleType="none">
        {actions.map((action, place) => (
          <List.Item key={place}>
            <strong>{action.kind}</strong> {action.target} {action.name}
            {action.reasons.length > 0 && (
              <span> – {action.reasons.map((reason) => reason.text).join("; ")}</span>
            )}
          </List.Item>
        ))}
      </List>
    </section>
  );
}
