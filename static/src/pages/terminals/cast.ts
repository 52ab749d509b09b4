/** Recordings in asciicast v2. Source: asciinema, "asciicast v2". */

export interface Shown {
  /** Seconds since the beginning. */
  at: number;
  kind: "o" | "r";
  text: string;
}

export interface Cast {
  columns: number;
  rows: number;
  events: Shown[];
  seconds: number;
}

/** Read a recording. Throws an Error for what is none; a last line that was cut off is left out. */
export function parseCast(text: string): Cast {
  const [head = "", ...lines] = text.split("\n");
  const header = JSON.parse(head) as { version?: number; width: number; height: number };
  if (header.version !== 2) throw new Error(`asciicast v${header.version ?? "?"}`);
  const events: Shown[] = [];
  for (const line of lines) {
    if (!line) continue;
    let event: [number, string, string];
    try {
      event = JSON.parse(line) as [number, string, string];
    } catch {
      break;
    }
    const [at, kind, shown] = event;
    if (kind === "o" || kind === "r") events.push({ at, kind, text: shown });
  }
  return { columns: header.width, rows: header.height, events, seconds: events.at(-1)?.at ?? 0 };
}

/** No pause is longer, so that nobody waits for somebody who went for a coffee. */
export const LONGEST_PAUSE_SECONDS = 2;

/** The same with its pauses cut short. */
export function withoutPauses(cast: Cast, longest = LONGEST_PAUSE_SECONDS): Cast {
  let before = 0;
  let cut = 0;
  const events = cast.events.map((event) => {
    cut += Math.max(event.at - before - longest, 0);
    before = event.at;
    return { ...event, at: event.at - cut };
  });
  return { ...cast, events, seconds: events.at(-1)?.at ?? 0 };
}
