import { useSyncExternalStore } from "react";
import { session, type Account, type Session } from "@/api/session";
import { connection, type ConnectionState } from "@/live/connection";

/** Who is signed in, and whether the token was refused. */
export const useSession = (): Session => useSyncExternalStore(session.subscribe, session.get);

/** The account; only pages within the shell may ask, where there is one. */
export function useAccount(): Account {
  const { account } = useSession();
  if (!account) throw new Error("useAccount is called outside of the shell");
  return account;
}

/** Whether AppOS can be reached. */
export const useConnection = (): ConnectionState =>
  useSyncExternalStore(connection.subscribe, connection.get);
