import { Anchor, Breadcrumbs, Button, Group, Table } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, download } from "@/api/client";
import { CodeEditor } from "@/components/editor/CodeEditor";
import { bytes, dateTime } from "@/components/format";
import { Scroll } from "@/components/PageFrame";
import { EmptyState, ErrorState, Loaded } from "@/components/States";
import { complain, tell } from "@/components/toast";
import { useSending } from "@/components/useSending";
import { useLanguage, useT } from "@/i18n";
import { appPath } from "../queries";
import type { App, Entry } from "../types";

/** The app's own directory. */
export default function Files({ app }: { app: App }) {
  const [path, setPath] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  if (open !== null) return <File app={app} path={open} onClose={() => setOpen(null)} />;
  return <Directory app={app} path={path} onPath={setPath} onOpen={setOpen} />;
}

interface DirectoryProps {
  app: App;
  path: string;
  onPath: (path: string) => void;
  onOpen: (path: string) => void;
}

function Directory({ app, path, onPath, onOpen }: DirectoryProps) {
  const t = useT();
  const { code } = useLanguage();
  const query = useQuery({
    queryKey: ["files", app.name, path],
    queryFn: () => api.get<{ items: Entry[] }>(appPath(app.name, "files"), { path }),
  });
  const parts = path ? path.split("/") : [];
  return (
    <>
      <Breadcrumbs mb="md">
        <Anchor component="button" onClick={() => onPath("")}>
          {app.name}
        </Anchor>
        {parts.map((part, place) => (
          <Anchor key={place} component="button" onClick={() => onPath(parts.slice(0, place + 1).join("/"))}>
            {part}
          </Anchor>
        ))}
      </Breadcrumbs>
      <Loaded query={query}>
        {({ items }) =>
          items.length ? (
            <Scroll label={t("apps.part.files")}>
              <Table>
                <Table.Tbody>
                  {items.map((entry) => (
                    <Table.Tr key={entry.path}>
                      <Table.Td>
                        <Name entry={entry} onPath={onPath} onOpen={onOpen} />
                      </Table.Td>
                      <Table.Td>
                        {entry.kind === "file" ? bytes(entry.sizeBytes, code) : t(`apps.${entry.kind}`)}
                      </Table.Td>
                      <Table.Td>{dateTime(entry.modified, code)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Scroll>
          ) : (
            <EmptyState title={t("apps.noFiles")} />
          )
        }
      </Loaded>
    </>
  );
}

function Name({ entry, onPath, onOpen }: { entry: Entry } & Pick<DirectoryProps, "onPath" | "onOpen">) {
  if (entry.kind === "directory") {
    return (
      <Anchor component="button" onClick={() => onPath(entry.path)}>
        {entry.name}/
      </Anchor>
    );
  }
  if (entry.kind !== "file") return entry.name;
  return (
    <Anchor component="button" onClick={() => onOpen(entry.path)}>
      {entry.name}
    </Anchor>
  );
}

interface Text {
  path: string;
  text: string;
  revision: string;
}

function File({ app, path, onClose }: { app: App; path: string; onClose: () => void }) {
  const t = useT();
  const query = useQuery({
    queryKey: ["file", app.name, path],
    queryFn: () => api.get<Text>(appPath(app.name, "files/content"), { path }),
    retry: false,
    refetchOnWindowFocus: false,
  });
  const name = path.split("/").pop() ?? path;
  return (
    <>
      <Group mb="md">
        <Button variant="default" onClick={onClose}>
          {t("apps.back")}
        </Button>
        <strong>{path}</strong>
        <Button
          variant="default"
          onClick={() =>
            void download(appPath(app.name, "files/content"), name, { path, download: true }).catch(complain)
          }
        >
          {t("apps.download")}
        </Button>
      </Group>
      <Loaded query={query}>{(file) => <FileText key={file.revision} app={app} file={file} />}</Loaded>
    </>
  );
}

function FileText({ app, file }: { app: App; file: Text }) {
  const t = useT();
  const cache = useQueryClient();
  const sending = useSending();
  const [text, setText] = useState(file.text);
  const save = async () => {
    const body = { path: file.path, text, revision: file.revision };
    const done = await sending.run(() => api.put(appPath(app.name, "files/content"), body));
    if (!done) return;
    tell(t("apps.saved"));
    await cache.invalidateQueries({ queryKey: ["file", app.name, file.path] });
    await cache.invalidateQueries({ queryKey: ["app", app.name] });
  };
  return (
    <>
      <CodeEditor
        label={file.path}
        language={/\.ya?ml$/.test(file.path) ? "yaml" : "text"}
        value={text}
        onChange={setText}
        height="28rem"
      />
      {sending.error !== null && <ErrorState error={sending.error} />}
      <Button mt="sm" loading={sending.isBusy} disabled={text === file.text} onClick={() => void save()}>
        {t("apps.save")}
      </Button>
    </>
  );
}
