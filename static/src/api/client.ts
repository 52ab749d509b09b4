/** All requests to AppOS. Records and accounts go through PocketBase's client, wrapped in `guarded`. */
import { reportFailure, reportSuccess } from "@/live/connection";
import { ApiError, asApiError, errorOf } from "./error";
import { pb, session, signedInAgain } from "./session";

const BASE = "/api/appos/";

export type Query = Record<string, string | number | boolean | undefined>;

/** Write a path below /api/appos/ with its query; what is undefined or "" is left out. */
export function address(path: string, query: Query = {}): string {
  const words = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  const text = new URLSearchParams(words).toString();
  return `${BASE}${path}${text && `?${text}`}`;
}

/** Send a request with the token; once the token has died, wait for a sign-in and send it again. */
export async function send(url: string, init: RequestInit = {}): Promise<Response> {
  const token = pb.authStore.token;
  const headers = new Headers(init.headers);
  if (token) headers.set("Authorization", token);
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers });
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown;
    throw reportFailure(asApiError(thrown));
  }
  if (response.ok) {
    reportSuccess();
    return response;
  }
  const error = await errorOf(response);
  if (error.status === 401 && session.get().account) {
    await signedInAgain(token);
    return send(url, init);
  }
  throw reportFailure(error);
}

async function json<T>(method: string, path: string, query?: Query, body?: unknown, signal?: AbortSignal) {
  const init: RequestInit = { method };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  const response = await send(address(path, query), init);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The verbs of AppOS's own routes; paths are relative to /api/appos/. */
export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    json<T>("GET", path, query, undefined, signal),
  post: <T>(path: string, body?: unknown, query?: Query) => json<T>("POST", path, query, body),
  put: <T>(path: string, body: unknown, query?: Query) => json<T>("PUT", path, query, body),
  patch: <T>(path: string, body: unknown) => json<T>("PATCH", path, undefined, body),
  delete: <T = undefined>(path: string, query?: Query) => json<T>("DELETE", path, query),
  /** The answer as it is: downloads. */
  raw: (path: string, query?: Query, signal?: AbortSignal) =>
    send(address(path, query), signal ? { signal } : {}),
};

/** Call PocketBase's client, with the same errors and the same way over a token that has died. */
export async function guarded<T>(call: () => Promise<T>): Promise<T> {
  const token = pb.authStore.token;
  try {
    const answer = await call();
    reportSuccess();
    return answer;
  } catch (thrown) {
    const error = asApiError(thrown);
    if (error.status === 401 && session.get().account) {
      await signedInAgain(token);
      return guarded(call);
    }
    throw reportFailure(error);
  }
}

/** Save an answer as a file. */
export async function download(path: string, name: string, query?: Query): Promise<void> {
  const blob = await (await api.raw(path, query)).blob();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export { ApiError };
