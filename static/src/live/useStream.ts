import { useEffect, useRef, useState } from "react";
import type { ApiError } from "@/api/client";
import { asApiError } from "@/api/error";
import { stream, type ServerEvent } from "@/api/sse";

export interface StreamHandlers {
  onEvent: (event: ServerEvent) => boolean | undefined;
  onReconnect?: () => void;
}

/** Read an event stream while the component is shown; `url` null: none. Returns the error that ended it. */
export function useStream(url: string | null, handlers: StreamHandlers): ApiError | null {
  const [failure, setFailure] = useState<{ url: string; error: ApiError } | null>(null);
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    if (!url) return undefined;
    const controller = new AbortController();
    stream(url, {
      signal: controller.signal,
      onEvent: (event) => latest.current.onEvent(event),
      onReconnect: () => latest.current.onReconnect?.(),
    }).catch((thrown: unknown) => setFailure({ url, error: asApiError(thrown) }));
    return () => controller.abort();
  }, [url]);
  return failure && failure.url === url ? failure.error : null;
}
