import { LocalAuthStore, type AuthRecord } from "pocketbase";

/** When the token was given, in Unix seconds: a token tells its end alone. */
const SINCE = "appos_token_since";

/**
 * PocketBase's store, that keeps whoever is signed in where an answer was cut off, as when a page is left while its
 * token is renewed: the client takes an answer without a body for an account without a token.
 */
export class AuthStore extends LocalAuthStore {
  override save(token: string, record?: AuthRecord): void {
    if (!token || !record?.id) return;
    localStorage.setItem(SINCE, String(Date.now() / 1000));
    super.save(token, record);
  }

  /** Unix seconds; 0 where nobody knows. */
  get since(): number {
    return Number(localStorage.getItem(SINCE)) || 0;
  }
}
