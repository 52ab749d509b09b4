// Health, paths that lead nowhere, and what is switched off: batches, OAuth2, one-time passwords.

import { ACCOUNT, Site } from "./site.mjs";

async function health(site, who) {
  await site.seeEach("health", who, async (client) => {
    const { data, ...rest } = await client.health.check();
    return { ...rest, names: Object.keys(data).sort() };
  });
  await site.see("some of health", () => who.stranger.health.check({ fields: "code" }));
  await site.see("health with a bad token", () =>
    who.stranger.health.check({ headers: { Authorization: "bad" } }),
  );
}

async function nowhere(site, who) {
  for (const path of [
    "/api/unknown",
    "/api/",
    "/api/collections/users/unknown",
    "/api/collections/users/records/a/b",
  ]) {
    await site.seeEach(`${path}`, who, (client) => client.send(path, { method: "GET" }));
  }
  for (const method of ["PUT", "DELETE", "PATCH"]) {
    await site.see(`${method} of health`, () => who.stranger.send("/api/health", { method }));
  }
}

async function batches(site, who) {
  await site.seeEach("a batch", who, (client) => {
    const batch = client.createBatch();
    batch.collection("users").create({ email: "batch@example.com", ...ACCOUNT });
    batch.collection("users").delete("x".repeat(15));
    return batch.send();
  });
  await site.seeEach("an empty batch", who, (client) => client.createBatch().send());
}

async function switchedOff(site, who) {
  const { stranger, superuser } = who;
  const users = stranger.collection("users");
  await site.see("the ways to sign in", () => users.listAuthMethods());
  await site.see("every way to sign in", () => users.listAuthMethods({ fields: "*" }));
  await site.see("a one-time password", () => users.requestOTP("health@example.com"));
  await site.see("a one-time password of nobody", () => users.requestOTP("nobody"));
  await site.see("a sign-in with a one-time password", () => users.authWithOTP("x".repeat(15), "123456"));
  await site.see("a sign-in with nothing", () => users.authWithOTP("", ""));
  await site.see("a sign-in with OAuth2", () =>
    users.authWithOAuth2Code("google", "code", "verifier", "https://x.test"),
  );
  await site.see("a sign-in with OAuth2 and nothing", () => users.authWithOAuth2Code("", "", "", ""));
  await site.see("OAuth2 of superusers", () =>
    stranger.collection("_superusers").authWithOAuth2Code("google", "code", "verifier", "https://x.test"),
  );
  await site.seeEach("accounts elsewhere", who, (client) =>
    client.collection("users").listExternalAuths("x".repeat(15)),
  );
  await site.see("an account elsewhere unlinked", () =>
    superuser.collection("users").unlinkExternalAuth("x", "google"),
  );
  for (const name of ["_mfas", "_otps", "_externalAuths"]) {
    await site.seeEach(`the list of ${name}`, who, (client) => client.collection(name).getList());
    await site.seeEach(`a record of ${name}`, who, (client) => client.collection(name).create({}));
  }
}

const site = await Site.open();
const user = await site.member("users", "health");
const who = { stranger: site.stranger, user, superuser: site.superuser };
await health(site, who);
await nowhere(site, who);
await batches(site, who);
await switchedOff(site, who);
site.print();
