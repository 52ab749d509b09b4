import { Button } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useT } from "@/i18n";
import { pieces } from "./ansi";
import classes from "./LogLines.module.css";

export interface LogEntry {
  id: string | number;
  text: string;
  /** The service or container; "" or none: not shown. */
  source?: string;
  time?: string;
  stream?: string;
}

export interface LogLinesProps {
  lines: readonly LogEntry[];
  /** Its name for a screen reader. */
  label: string;
  /** Stay at the end while lines come; scrolling up lets go. */
  follow?: boolean;
  height?: string;
  /** The text that is marked in the lines. */
  search?: string;
}

const LINE_PX = 20;
const NEAR_END_PX = 40;

/** A list of lines that grows; what they hold is only ever text. */
export default function LogLines({
  lines,
  label,
  follow = false,
  height = "28rem",
  search = "",
}: LogLinesProps) {
  const t = useT();
  const frame = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  // eslint-disable-next-line react-hooks/incompatible-library -- Its result is used here alone, and never memoised.
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
  });
  const isHeld = follow && isAtEnd;

  useLayoutEffect(() => {
    if (isHeld && frame.current) frame.current.scrollTop = frame.current.scrollHeight;
  }, [isHeld, lines.length]);

  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const look = () =>
      setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX);
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, []);

  return (
    <div className={classes.frame} style={{ height }}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- WCAG 2.1.1: keys must be able to scroll it. */}
      <div ref={frame} className={classes.lines} role="log" aria-label={label} aria-live="off" tabIndex={0}>
        <div style={{ height: rows.getTotalSize(), position: "relative" }}>
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index];
            return (
              line && (
                <div
                  key={row.key}
                  className={classes.line}
                  style={{ transform: `translateY(${row.start}px)` }}
                >
                  <Line line={line} search={search} />
                </div>
              )
            );
          })}
        </div>
      </div>
      {follow && !isAtEnd && (
        <Button
          size="compact-sm"
          className={classes.end}
          onClick={() => rows.scrollToIndex(lines.length - 1, { align: "end" })}
        >
          {t("log.toEnd")}
        </Button>
      )}
    </div>
  );
}

function Line({ line, search }: { line: LogEntry; search: string }) {
  return (
    <>
      {line.time && <span className={classes.meta}>{line.time} </span>}
      {line.source && <span className={classes.source}>{line.source} </span>}
      {pieces(line.text).map((piece, place) => (
        <span
          key={place}
          data-bold={piece.isBold || undefined}
          className={piece.colour === null ? undefined : classes[`c${piece.colour % 8}`]}
        >
          <Marked text={piece.text} search={search} />
        </span>
      ))}
    </>
  );
}

function Marked({ text, search }: { text: string; search: string }) {
  const place = search ? text.toLowerCase().indexOf(search.toLowerCase()) : -1;
  if (place < 0) return text;
  const end = place + search.length;
  return (
    <>
      {text.slice(0, place)}
      <mark>{text.slice(place, end)}</mark>
      <Marked text={text.slice(end)} search={search} />
    </>
  );
}
