import { Button, Group, SegmentedControl, Slider } from "@mantine/core";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { useEffect, useRef, useState } from "react";
import { duration } from "@/components/format";
import { withSheets } from "@/components/terminal/styles";
import { useLanguage } from "@/i18n";
import type { Cast, Shown } from "./cast";
import { usePlayback } from "./usePlayback";

const SPEEDS = ["1", "2", "8"];

/** Plays a recording: begun, held, at another moment, faster. */
export default function Player({ cast, label }: { cast: Cast; label: string }) {
  const { t, code } = useLanguage();
  const host = useRef<HTMLDivElement>(null);
  const [screen, setScreen] = useState<{ reset: () => void; show: (event: Shown) => void } | null>(null);
  const [speed, setSpeed] = useState("1");
  const playback = usePlayback(cast, screen, Number(speed));

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const { columns, rows } = cast;
    const made = new Terminal({ cols: columns, rows, disableStdin: true, screenReaderMode: true });
    const { drop } = withSheets(() => made.open(element));
    setScreen({
      reset: () => {
        made.reset();
        made.resize(columns, rows);
      },
      show: ({ kind, text }) => {
        if (kind === "o") {
          made.write(text);
          return;
        }
        const [cols, lines] = text.split("x").map(Number);
        if (cols && lines) made.resize(cols, lines);
      },
    });
    return () => {
      setScreen(null);
      made.dispose();
      drop();
    };
  }, [cast]);

  return (
    <section aria-label={label}>
      <div ref={host} style={{ overflow: "auto" }} />
      <Group mt="sm" wrap="nowrap">
        <Button variant="default" onClick={playback.isPlaying ? playback.pause : playback.play}>
          {t(playback.isPlaying ? "terminals.pause" : "terminals.play")}
        </Button>
        <Slider
          flex={1}
          thumbLabel={t("terminals.moment")}
          min={0}
          max={Math.max(cast.seconds, 0.1)}
          step={0.1}
          value={playback.at}
          label={(seconds) => duration(seconds, code)}
          onChange={(seconds) => {
            playback.pause();
            playback.seek(seconds);
          }}
        />
        <SegmentedControl
          aria-label={t("terminals.speed")}
          value={speed}
          onChange={setSpeed}
          data={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
        />
      </Group>
    </section>
  );
}
