/** Whether AppOS can be reached. Where it cannot, it is asked every two seconds until it answers. */
import type { ApiError } from "@/api/error";

export type ConnectionState = "online" | "lost" | "starting";

const ASK_AGAIN_MS = 2000;

let state: ConnectionState = "online";
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export const connection = {
  get: (): ConnectionState => state,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Note an error that says that AppOS is away, and hand it on. */
export function reportFailure(error: ApiError): ApiError {
  if (error.status === 0) set("lost");
  else if (error.status === 502 || error.status === 504) set("starting");
  else if (error.status === 503 && error.code === "") set("starting");
  return error;
}

/** Note that AppOS has answered. */
export function reportSuccess(): void {
  set("online");
}

/** The stream of events has broken: ask whether it is AppOS. */
export function reportBroken(): void {
  void ask();
}

async function ask(): Promise<void> {
  try {
    const response = await fetch("/api/health", { cache: "no-store" });
    set(response.ok ? "online" : "starting");
  } catch {
    set("lost");
  }
}

function set(next: ConnectionState): void {
  clearTimeout(timer);
  if (next !== "online") timer = setTimeout(() => void ask(), ASK_AGAIN_MS);
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}
