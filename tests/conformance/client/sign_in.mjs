// An account of a collection that is there from the start: signing in, refreshing and setting the password anew.

import { Site } from "./site.mjs";

const site = await Site.open();
const { collection, email, password, newPassword, resetToken } = site.given.account;
const client = site.client();
const accounts = client.collection(collection);

// Sees a call and what it left in the client's store.
async function see(name, call) {
  await site.see(name, call);
  const { isValid, isSuperuser, record, token } = client.authStore;
  await site.see(`${name}, kept`, async () => ({ isValid, isSuperuser, record, token }));
}

await see("methods", () => accounts.listAuthMethods());
await see("sign in with a wrong password", () => accounts.authWithPassword(email, "wrong password"));
await see("sign in with nothing", () => accounts.authWithPassword("", ""));
await see("refresh as a stranger", () => accounts.authRefresh());
await see("sign in", () => accounts.authWithPassword(email, password));
await see("refresh", () => accounts.authRefresh());
await see("refresh some fields", () => accounts.authRefresh({ fields: "token,record.id" }));
await see("refresh in another collection", () => client.collection("unknown").authRefresh());
await see("request a reset", () => accounts.requestPasswordReset("unknown@example.com"));
await see("request a reset of nothing", () => accounts.requestPasswordReset("nobody"));
await see("confirm nothing", () => accounts.confirmPasswordReset("", "", ""));
await see("confirm with a bad token", () => accounts.confirmPasswordReset("bad", "short", "other"));
await see("confirm", () => accounts.confirmPasswordReset(resetToken, newPassword, newPassword));
await see("confirm again", () => accounts.confirmPasswordReset(resetToken, newPassword, newPassword));
await see("refresh what is dead", () => accounts.authRefresh());
await see("sign in with the old password", () => accounts.authWithPassword(email, password));
await see("sign in with the new password", () => accounts.authWithPassword(email, newPassword));
site.print();
