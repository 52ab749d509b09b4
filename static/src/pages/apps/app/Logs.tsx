import { Button, Group, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { address } from "@/api/client";
import { LogView, type LogEntry } from "@/components/logs/LogView";
import { useLines } from "@/components/logs/useLines";
import { ErrorState } from "@/components/States";
import { useT } from "@/i18n";
import { useStream } from "@/live/useStream";
import { appPath } from "../queries";
import type { App } from "../types";

const TAIL = 2000;

interface Line {
  service: string;
  container: string;
  time: string;
  text: string;
  stream: string;
}

/** What the services of an app write, followed, searched and saved. */
export default function Logs({ app }: { app: App }) {
  const t = useT();
  const [service, setService] = useState<string | null>(null);
  const [search, setSearch] = useState("");
  const [isFollowing, setFollowing] = useState(true);
  return (
    <>
      <Group mb="md" align="end">
        <Select
          label={t("apps.service")}
          clearable
          placeholder={t("apps.allServices")}
          data={app.services.map(({ name }) => name)}
          value={service}
          onChange={setService}
        />
        <TextInput
          label={t("apps.search")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Switch
          label={t("apps.follow")}
          checked={isFollowing}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
      </Group>
      <Stream
        key={service}
        app={app.name}
        service={service ?? ""}
        search={search}
        isFollowing={isFollowing}
      />
    </>
  );
}

interface StreamProps {
  app: string;
  service: string;
  search: string;
  isFollowing: boolean;
}

function Stream({ app, service, search, isFollowing }: StreamProps) {
  const t = useT();
  const { lines, add, clear } = useLines<LogEntry>();
  const failure = useStream(address(appPath(app, "logs"), { follow: true, tail: TAIL, service }), {
    onEvent: ({ event, data }) => {
      if (event !== "line") return undefined;
      const line = JSON.parse(data) as Line;
      add({
        id: `${line.container}${line.time}`,
        text: line.text,
        source: line.service,
        time: line.time.slice(11, 23),
      });
      return undefined;
    },
    onReconnect: clear,
  });
  const shown = search
    ? lines.filter(({ text }) => text.toLowerCase().includes(search.toLowerCase()))
    : lines;
  return (
    <>
      {failure && <ErrorState error={failure} />}
      <LogView lines={shown} label={t("apps.part.logs")} follow={isFollowing} search={search} height="60vh" />
      <Group mt="sm">
        <span>{t("apps.lines", { count: shown.length })}</span>
        <Button variant="default" size="xs" onClick={() => save(`${app}.log`, shown)}>
          {t("apps.download")}
        </Button>
      </Group>
    </>
  );
}

function save(name: string, lines: readonly LogEntry[]): void {
  const text = lines.map(({ time, source, text }) => `${time ?? ""} ${source ?? ""} ${text}\n`).join("");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
