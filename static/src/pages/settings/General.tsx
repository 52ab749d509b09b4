import { Button, Checkbox, NumberInput, Select, Stack, TagsInput, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { queries } from "@/api/queries";
import type { OwnSettings } from "@/api/types";
import { Card } from "@/components/PageFrame";
import { ErrorState, Loaded } from "@/components/States";
import { tell } from "@/components/toast";
import { useSending } from "@/components/useSending";
import { useT } from "@/i18n";

const LOG_LEVELS = ["", "DEBUG", "INFO", "WARNING", "ERROR"];
const NUMBERS = [
  { field: "watchSeconds", min: 0, max: 600 },
  { field: "jobsDays", min: 1, max: 3650 },
  { field: "logsDays", min: 0, max: 3650 },
  { field: "metricsDays", min: 1, max: 90 },
  { field: "recordingDays", min: 1, max: 3650 },
] as const;

/** AppOS's own settings. */
export function General() {
  const query = useQuery(queries.ownSettings());
  return <Loaded query={query}>{(settings) => <GeneralForm settings={settings} />}</Loaded>;
}

function GeneralForm({ settings }: { settings: OwnSettings }) {
  const t = useT();
  const cache = useQueryClient();
  const sending = useSending();
  const [changes, setChanges] = useState<Partial<OwnSettings>>({});
  const shown = { ...settings, ...changes };
  const change = (more: Partial<OwnSettings>) => setChanges((before) => ({ ...before, ...more }));
  const submit = async () => {
    const done = await sending.run(async () => {
      cache.setQueryData(queries.ownSettings().queryKey, await api.patch<OwnSettings>("settings", changes));
    });
    if (!done) return;
    setChanges({});
    tell(t("settings.saved"));
  };
  return (
    <Card label={t("settings.general")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack maw="30rem">
          {sending.error !== null && <ErrorState error={sending.error} />}
          <TextInput
            label={t("settings.publicAddress")}
            description={t("settings.publicAddressHint")}
            error={sending.problem("publicAddress")}
            value={shown.publicAddress}
            onChange={(event) => change({ publicAddress: event.currentTarget.value })}
          />
          <Select
            label={t("settings.logLevel")}
            allowDeselect={false}
            value={shown.logLevel}
            onChange={(logLevel) => change({ logLevel: logLevel ?? "" })}
            data={LOG_LEVELS.map((value) => ({ value, label: value || t("settings.logLevelUsual") }))}
          />
          {NUMBERS.map(({ field, min, max }) => (
            <NumberInput
              key={field}
              label={t(`settings.${field}`)}
              min={min}
              max={max}
              allowDecimal={false}
              hideControls
              error={sending.problem(field)}
              value={shown[field]}
              onChange={(value) => typeof value === "number" && change({ [field]: value })}
            />
          ))}
          <Checkbox
            label={t("settings.terminalRecording")}
            description={t("settings.terminalRecordingHint")}
            checked={shown.terminalRecording}
            onChange={(event) => change({ terminalRecording: event.currentTarget.checked })}
          />
          <TagsInput
            label={t("settings.notifyEmails")}
            description={t("settings.notifyEmailsHint")}
            error={sending.problem("notifyEmails")}
            value={shown.notifyEmails}
            onChange={(notifyEmails) => change({ notifyEmails })}
          />
          <Button type="submit" loading={sending.isBusy} disabled={Object.keys(changes).length === 0}>
            {t("action.save")}
          </Button>
        </Stack>
      </form>
    </Card>
  );
}
