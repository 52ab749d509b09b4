/** Who is signed in: PocketBase's client keeps token and account in localStorage, for all tabs. */
import PocketBase, { type RecordModel } from "pocketbase";
import { ApiError } from "./error";
import { AuthStore } from "./store";

const store = new AuthStore();
export const pb = new PocketBase(window.location.origin, store);
pb.autoCancellation(false);

export const SUPERUSERS = "_superusers";
const USERS = "users";
const WRONG_PASSWORD = 400;
/** A token in the second half of its life is replaced. */
const RENEW_AFTER = 0.5;

export interface Account {
  id: string;
  email: string;
  name: string;
  collection: string;
  isSuperuser: boolean;
}

export interface Session {
  account: Account | null;
  /** The token was refused; the account is known, and its page stays. */
  isExpired: boolean;
}

let current: Session = { account: accountOf(pb.authStore.record), isExpired: false };
const listeners = new Set<() => void>();
let waiting: (() => void)[] = [];

pb.authStore.onChange(() => {
  const account = accountOf(pb.authStore.record);
  const isAnother = account?.id !== current.account?.id;
  set({ account, isExpired: false });
  if (account && !isAnother) goOn();
});

export const session = {
  get: (): Session => current,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Sign in as superuser, else as user. */
export async function signIn(email: string, password: string, collection?: string): Promise<void> {
  if (collection) {
    await authenticate(collection, email, password);
    return;
  }
  try {
    await authenticate(SUPERUSERS, email, password);
  } catch (thrown) {
    if ((thrown as { status?: number }).status !== WRONG_PASSWORD) throw thrown;
    await authenticate(USERS, email, password);
  }
}

async function authenticate(collection: string, email: string, password: string): Promise<void> {
  const { token } = await pb.collection(collection).authWithPassword(email, password);
  if (!token) throw new ApiError(0, "unreachable", "The answer was cut off.");
}

/** Forget the token in every tab of this browser. */
export function signOut(): void {
  pb.realtime.unsubscribe().catch(() => undefined);
  pb.authStore.clear();
  waiting = [];
}

/** Take a token that was refused for dead, and wait until somebody has signed in anew. */
export function signedInAgain(refused: string): Promise<void> {
  if (pb.authStore.token && pb.authStore.token !== refused) return Promise.resolve();
  if (!current.isExpired) set({ ...current, isExpired: true });
  return new Promise((resolve) => waiting.push(resolve));
}

/** Replace a token that has lived for half of its time. */
export async function renew(now = Date.now() / 1000): Promise<void> {
  const account = current.account;
  if (!account || current.isExpired) return;
  const { exp } = claims(pb.authStore.token);
  if (now < store.since + (exp - store.since) * RENEW_AFTER) return;
  await pb.collection(account.collection).authRefresh();
}

function goOn(): void {
  const resolved = waiting;
  waiting = [];
  for (const resolve of resolved) resolve();
}

function set(next: Session): void {
  current = next;
  for (const listener of listeners) listener();
}

function accountOf(record: RecordModel | null): Account | null {
  if (!record) return null;
  const { id, email, name, collectionName } = record as RecordModel & { email?: string; name?: string };
  const collection = collectionName;
  return { id, email: email ?? "", name: name ?? "", collection, isSuperuser: collection === SUPERUSERS };
}

function claims(token: string): { exp: number } {
  const payload = token.split(".")[1] ?? "";
  try {
    return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as { exp: number };
  } catch {
    return { exp: 0 };
  }
}
