// Uses the official client against the server at argv[2] and prints what it saw as JSON.
// argv[3] is the collection; the standard input is {email, password, newPassword, resetToken} as JSON.

import { readFileSync } from "node:fs";
import PocketBase, { ClientResponseError } from "pocketbase";

const [url, collection] = process.argv.slice(2);
const { email, password, newPassword, resetToken } = JSON.parse(readFileSync(0, "utf8"));

const client = new PocketBase(url);
client.autoCancellation(false);
const accounts = client.collection(collection);
const seen = [];

// What the client's store holds, without what differs between any two sign-ins.
function store(of = client) {
  const { isValid, isSuperuser, record, token } = of.authStore;
  const { id, created, updated, ...rest } = record ?? {};
  return { isValid, isSuperuser, hasToken: token !== "", idLength: id?.length, dates: [created, updated].map(shape), rest };
}

function shape(text) {
  return text?.replace(/[0-9]/g, "9");
}

async function see(name, call) {
  try {
    seen.push([name, { answer: (await call()) ?? null, store: store() }]);
  } catch (error) {
    if (!(error instanceof ClientResponseError)) throw error;
    const { status, response, isAbort, message } = error;
    const path = error.url.slice(url.length);
    seen.push([name, { error: { status, response, isAbort, message, path }, store: store() }]);
  }
}

// A sign-in's answer, in the words in which it is compared.
async function signedIn(answer) {
  const { token, record, ...rest } = await answer;
  return { parts: token.split(".").length, keys: Object.keys(record), isOwn: token === client.authStore.token, rest };
}

await see("health", () => client.health.check());
await see("methods", () => accounts.listAuthMethods());
await see("sign in with a wrong password", () => signedIn(accounts.authWithPassword(email, "wrong password")));
await see("sign in with nothing", () => signedIn(accounts.authWithPassword("", "")));
await see("refresh as a stranger", () => signedIn(accounts.authRefresh()));
await see("sign in", () => signedIn(accounts.authWithPassword(email, password)));
await see("refresh", () => signedIn(accounts.authRefresh()));
await see("refresh some fields", () => signedIn(accounts.authRefresh({ fields: "token,record.id" })));
await see("health when signed in", async () => {
  const { code, message, data } = await client.health.check();
  return { code, message, names: Object.keys(data) };
});
await see("refresh in another collection", () => client.collection("unknown").authRefresh());
await see("unknown path", () => client.send("/api/unknown", {}));
await see("request a reset", () => accounts.requestPasswordReset("unknown@example.com"));
await see("request a reset of nothing", () => accounts.requestPasswordReset("nobody"));
await see("confirm nothing", () => accounts.confirmPasswordReset("", "", ""));
await see("confirm with a bad token", () => accounts.confirmPasswordReset("bad", "short", "other"));
await see("confirm", () => accounts.confirmPasswordReset(resetToken, newPassword, newPassword));
await see("confirm again", () => accounts.confirmPasswordReset(resetToken, newPassword, newPassword));
await see("refresh what is dead", () => signedIn(accounts.authRefresh()));
await see("sign in with the old password", () => signedIn(accounts.authWithPassword(email, password)));
await see("sign in with the new password", () => signedIn(accounts.authWithPassword(email, newPassword)));
client.authStore.clear();
await see("health when signed out", () => client.health.check());

console.log(JSON.stringify(seen));
