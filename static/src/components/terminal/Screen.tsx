import { Button, Group } from "@mantine/core";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef, useState } from "react";
import { asApiError } from "@/api/error";
import { useT, type Language } from "@/i18n";
import { TerminalLink, whyRefused } from "./link";
import { withSheets } from "./styles";

export interface ScreenProps {
  /** Such as /api/appos/terminal/apps/wiki/web, with its query. */
  path: string;
  /** Its name for a screen reader. */
  label: string;
  height?: string;
}

const RESTARTING = 1012;
const RECONNECT_MS = 3000;
const REFUSED_TRIES = 2;

/** A terminal; where it ended it says why, and can be opened anew. */
export default function Screen({ path, label, height = "28rem" }: ScreenProps) {
  const t = useT();
  const host = useRef<HTMLDivElement>(null);
  const words = useRef(t);
  const [ending, setEnding] = useState("");
  const [isRecorded, setRecorded] = useState(false);
  const [round, setRound] = useState(0);

  useEffect(() => {
    words.current = t;
  });

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const screen = new Terminal({
      convertEol: false,
      cursorBlink: true,
      screenReaderMode: true,
      scrollback: 10_000,
    });
    const fit = new FitAddon();
    screen.loadAddon(fit);
    const { drop } = withSheets(() => screen.open(element));
    const stop = connect(
      screen,
      path,
      () => words.current,
      setEnding,
      setRecorded,
      () => setRound((count) => count + 1),
    );
    const watcher = new ResizeObserver(() => fit.fit());
    watcher.observe(element);
    screen.focus();
    return () => {
      watcher.disconnect();
      stop();
      screen.dispose();
      drop();
      setEnding("");
    };
  }, [path, round]);

  return (
    <section aria-label={label}>
      {isRecorded && <p role="status">{t("terminal.recorded")}</p>}
      <div ref={host} style={{ height, overflow: "hidden" }} />
      {ending && (
        <Group mt="sm" role="status">
          <span>{ending}</span>
          <Button size="compact-sm" variant="default" onClick={() => setRound((count) => count + 1)}>
            {t("terminal.reconnect")}
          </Button>
        </Group>
      )}
    </section>
  );
}

function connect(
  screen: Terminal,
  path: string,
  words: () => Language["t"],
  end: (text: string) => void,
  record: (isRecorded: boolean) => void,
  again: () => void,
): () => void {
  let link: TerminalLink | null = null;
  let isOver = false;
  let reason = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const encoder = new TextEncoder();

  const open = (attempt: number) => {
    TerminalLink.open(path, {
      onReady: ({ recorded }) => {
        end("");
        record(recorded);
      },
      onBytes: (bytes) => screen.write(bytes),
      onExit: (code) => {
        reason = words()("terminal.ended", { code });
      },
      onError: (_code, message) => {
        reason = message;
      },
      onClose: (code, opened) => {
        if (isOver) return;
        if (!opened && attempt < REFUSED_TRIES) open(attempt + 1);
        else if (!opened) void explain();
        else if (code === RESTARTING) timer = setTimeout(again, RECONNECT_MS);
        else end(reason || words()("terminal.lost"));
      },
    })
      .then((made) => {
        if (isOver) made.close();
        else link = made;
        made.resize(screen.rows, screen.cols);
      })
      .catch((thrown: unknown) => end(asApiError(thrown).message));
  };
  const explain = () => whyRefused().then(end, (thrown: unknown) => end(asApiError(thrown).message));

  screen.onData((text) => link?.send(encoder.encode(text)));
  screen.onBinary((text) => link?.send(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
  screen.onResize(({ rows, cols }) => link?.resize(rows, cols));
  open(1);
  return () => {
    isOver = true;
    clearTimeout(timer);
    link?.close();
  };
}
