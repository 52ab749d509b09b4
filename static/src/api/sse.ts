/** Server-sent events over fetch, which can carry the token in a header; EventSource cannot. */
import { send } from "./client";
import { asApiError } from "./error";

export interface ServerEvent {
  event: string;
  data: string;
  id: string;
}

/** Cuts a stream of text into events. Source: HTML, "9.2.6 Interpreting an event stream". */
export class EventParser {
  private rest = "";
  private event = "";
  private data: string[] = [];
  private id = "";

  /** Take the next piece of the stream and return the events that it completes. */
  push(piece: string): ServerEvent[] {
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.line(line));
  }

  private line(line: string): ServerEvent[] {
    if (line === "") return this.flush();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.event = value;
    else if (field === "data") this.data.push(value);
    else if (field === "id") this.id = value;
    return [];
  }

  private flush(): ServerEvent[] {
    const { event, data, id } = this;
    this.event = "";
    this.data = [];
    return data.length ? [{ event: event || "message", data: data.join("\n"), id }] : [];
  }
}

export interface StreamOptions {
  signal: AbortSignal;
  /** Return true to end the stream for good. */
  onEvent: (event: ServerEvent) => boolean | undefined;
  /** The stream was opened anew; what was shown may be there twice unless events have ids. */
  onReconnect?: () => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/**
 * Read a stream until it is aborted or `onEvent` has had enough; a lost one is opened anew, behind the last id.
 * Rejects with an ApiError that will not pass by itself.
 */
export async function stream(url: string, options: StreamOptions): Promise<void> {
  const isOver = () => options.signal.aborted;
  let lastId = "";
  let wait = FIRST_WAIT_MS;
  for (let attempt = 0; !isOver(); attempt += 1) {
    try {
      const headers: Record<string, string> = lastId ? { "Last-Event-ID": lastId } : {};
      const response = await send(url, { headers, signal: options.signal });
      if (attempt > 0) options.onReconnect?.();
      wait = FIRST_WAIT_MS;
      for await (const event of eventsOf(response)) {
        lastId = event.id || lastId;
        if (options.onEvent(event) === true) return;
      }
    } catch (thrown) {
      if (isOver()) return;
      const error = asApiError(thrown);
      if (!error.isPassing) throw error;
    }
    await pause(wait, options.signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  if (!response.body) return;
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
