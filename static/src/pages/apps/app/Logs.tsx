import { Button, Group, Select, Switch, TextInput } from "@mantine/core";
import { useMemo, useRef, useState } from "react";
import { address } from "@/api/client";
import { levelOf, type Level } from "@/components/logs/level";
import { LogView, type LogEntry } from "@/components/logs/LogView";
import { useLines } from "@/components/logs/useLines";
import { ErrorState } from "@/components/States";
import { useLanguage, useT } from "@/i18n";
import { useStream } from "@/live/useStream";
import { appPath } from "../queries";
import type { App } from "../types";

/** How many lines from before are shown; as many as are kept in the page, on demand. */
const TAILS = ["2000", "20000", "100000"];
const LEVELS = ["warning", "error"] as const;

interface Entry extends LogEntry {
  level: Level | null;
}

interface Line {
  service: string;
  container: string;
  time: string;
  text: string;
  stream: string;
}

/** What the services of an app write, followed, searched and saved. */
export default function Logs({ app }: { app: App }) {
  const { t, code } = useLanguage();
  const [service, setService] = useState<string | null>(null);
  const [search, setSearch] = useState("");
  const [level, setLevel] = useState<string | null>(null);
  const [tail, setTail] = useState("2000");
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
        <Select
          label={t("log.level")}
          clearable
          placeholder={t("log.all")}
          data={LEVELS.map((value) => ({ value, label: t(`log.${value}`) }))}
          value={level}
          onChange={setLevel}
        />
        <Select
          label={t("log.tail")}
          allowDeselect={false}
          data={TAILS.map((value) => ({ value, label: Number(value).toLocaleString(code) }))}
          value={tail}
          onChange={(value) => value && setTail(value)}
        />
        <Switch
          label={t("apps.follow")}
          checked={isFollowing}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
      </Group>
      <Stream
        key={`${service} ${tail}`}
        app={app.name}
        service={service ?? ""}
        search={search}
        level={level}
        tail={tail}
        isFollowing={isFollowing}
      />
    </>
  );
}

interface StreamProps {
  app: string;
  service: string;
  search: string;
  level: string | null;
  tail: string;
  isFollowing: boolean;
}

const isShown = (level: Level | null, least: string | null) =>
  least === null || level === "error" || (least === "warning" && level === "warning");

function Stream({ app, service, search, level, tail, isFollowing }: StreamProps) {
  const t = useT();
  const { lines, add, clear } = useLines<Entry>();
  const levels = useRef(new Map<string, Level | null>());
  const failure = useStream(address(appPath(app, "logs"), { follow: true, tail, service }), {
    onEvent: ({ event, data }) => {
      if (event !== "line") return undefined;
      const line = JSON.parse(data) as Line;
      const told = levelOf(line.text, levels.current.get(line.container) ?? null);
      levels.current.set(line.container, told);
      add({
        level: told,
        id: `${line.container}${line.time}`,
        text: line.text,
        source: line.service,
        time: line.time.slice(11, 23),
      });
      return undefined;
    },
    onReconnect: clear,
  });
  const shown = useMemo(() => {
    const wanted = search.toLowerCase();
    if (!wanted && level === null) return lines;
    return lines.filter((line) => isShown(line.level, level) && line.text.toLowerCase().includes(wanted));
  }, [lines, search, level]);
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
