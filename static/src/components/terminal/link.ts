/** The socket of a terminal: a ticket, then bytes both ways. */
import { api } from "@/api/client";

export interface TerminalEvents {
  onReady: (message: { session: string; recorded: boolean }) => void;
  onBytes: (bytes: Uint8Array) => void;
  onExit: (code: number) => void;
  onError: (code: string, message: string) => void;
  /** `opened` is false where the handshake was refused. */
  onClose: (code: number, opened: boolean) => void;
}

const PIECE_BYTES = 64 * 1024;
const FULL_BYTES = 1024 * 1024;
const LOOK_AGAIN_MS = 20;

export class TerminalLink {
  private readonly waiting: Uint8Array<ArrayBuffer>[] = [];
  private isDraining = false;

  private constructor(
    private readonly socket: WebSocket,
    events: TerminalEvents,
  ) {
    let opened = false;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      opened = true;
    };
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (typeof data === "string") told(data, events);
      else events.onBytes(new Uint8Array(data));
    };
    socket.onclose = ({ code }) => events.onClose(code, opened);
  }

  /**
   * Take a ticket for a path and open it. `path` has its query, as in docs/api.md.
   * Rejects with an ApiError that says in words why it may not be.
   */
  static async open(path: string, events: TerminalEvents): Promise<TerminalLink> {
    const { ticket } = await api.post<{ ticket: string }>("terminal/tickets", { path });
    const url = new URL(path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const address = `${url.href}${url.search ? "&" : "?"}ticket=${ticket}`;
    return new TerminalLink(new WebSocket(address), events);
  }

  /** Send what was typed; a large paste goes in pieces, no faster than the network takes them. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      this.waiting.push(bytes.subarray(from, from + PIECE_BYTES));
    }
    this.drain();
  }

  resize(rows: number, cols: number): void {
    const text = JSON.stringify({ type: "resize", rows, cols });
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(text);
    else this.socket.addEventListener("open", () => this.socket.send(text), { once: true });
  }

  close(): void {
    this.socket.close();
  }

  private drain(): void {
    if (this.isDraining) return;
    while (this.waiting.length && this.socket.readyState === WebSocket.OPEN) {
      if (this.socket.bufferedAmount > FULL_BYTES) {
        this.isDraining = true;
        setTimeout(() => {
          this.isDraining = false;
          this.drain();
        }, LOOK_AGAIN_MS);
        return;
      }
      const piece = this.waiting.shift();
      if (piece) this.socket.send(piece);
    }
  }
}

type Told =
  | { type: "ready"; session: string; recorded: boolean }
  | { type: "exit"; code: number }
  | { type: "error"; code: string; message: string };

function told(text: string, events: TerminalEvents): void {
  const message = JSON.parse(text) as Told;
  if (message.type === "ready") events.onReady(message);
  else if (message.type === "exit") events.onExit(message.code);
  else events.onError(message.code, message.message);
}

/** Ask AppOS what it saw of the handshake that was refused, and what to change on the way to it. */
export async function whyRefused(): Promise<string> {
  return (await api.get<{ message: string }>("terminal/selftest")).message;
}
