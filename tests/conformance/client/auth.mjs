// Accounts: signing in by several fields, refresh, verification, change of e-mail and password, impersonation.

import { Mails, mailSettings, tokenOf } from "./mails.mjs";
import { ACCOUNT, PASSWORD, Site } from "./site.mjs";

const NEW_PASSWORD = "another long password";
// Sign-ins come from many addresses, of which nobody is to be warned.
const UNWARNED = { type: "auth", authAlert: { enabled: false } };

async function build(site) {
  const { collections } = site.superuser;
  await site.superuser.settings.update(mailSettings(site.given));
  await collections.create({
    ...UNWARNED,
    name: "folk",
    listRule: "",
    viewRule: "",
    createRule: "",
    updateRule: "id = @request.auth.id",
    deleteRule: "id = @request.auth.id",
    manageRule: "@request.auth.boss = true",
    fields: [
      { name: "username", type: "text", required: true },
      { name: "boss", type: "bool" },
      { name: "friend", type: "relation", collectionId: "_pb_users_auth_" },
    ],
    indexes: ["CREATE UNIQUE INDEX idx_folk_username ON folk (username)"],
    passwordAuth: { enabled: true, identityFields: ["username", "email"] },
  });
  await collections.create({ ...UNWARNED, name: "verified", authRule: "verified = true", createRule: "" });
  await collections.create({ ...UNWARNED, name: "closed", authRule: null });
  const passwordAuth = { enabled: false, identityFields: ["email"] };
  await collections.create({ ...UNWARNED, name: "wordless", passwordAuth });
  for (const [username, boss] of [
    ["ann", false],
    ["ben", false],
    ["eve", true],
  ]) {
    await site.superuser
      .collection("folk")
      .create({ username, boss, email: `${username}@example.com`, ...ACCOUNT });
  }
  for (const name of ["verified", "closed", "wordless"]) {
    await site.superuser.collection(name).create({ email: "some@example.com", ...ACCOUNT });
  }
}

// What a sign-in left in the store of a client.
function store({ authStore: { isValid, isSuperuser, record, token } }) {
  return { isValid, isSuperuser, record, token };
}

async function signIns(site) {
  const tried = [
    ["folk", "ann", PASSWORD],
    ["folk", "ann@example.com", PASSWORD],
    ["folk", "ANN@EXAMPLE.COM", PASSWORD],
    ["folk", "ANN", PASSWORD],
    ["folk", "ann", "wrong password"],
    ["folk", "nobody", PASSWORD],
    ["folk", "", ""],
    ["verified", "some@example.com", PASSWORD],
    ["closed", "some@example.com", PASSWORD],
    ["wordless", "some@example.com", PASSWORD],
    ["nothing", "some@example.com", PASSWORD],
  ];
  for (const [collection, identity, password] of tried) {
    const client = site.client();
    await site.see(`${identity} with ${password} of ${collection}`, () =>
      client.collection(collection).authWithPassword(identity, password),
    );
    await site.see(`${identity} with ${password} of ${collection}, kept`, async () => store(client));
  }
  const client = site.client();
  const named = (identityField, identity) =>
    client
      .collection("folk")
      .authWithPassword(identity, PASSWORD, { body: { identityField, identity, password: PASSWORD } });
  await site.see("by the username alone", () => named("username", "ann"));
  await site.see("by the email alone", () => named("email", "ann"));
  await site.see("by a field that is none", () => named("name", "ann"));
  await site.see("with some fields", () =>
    client.collection("folk").authWithPassword("ann", PASSWORD, { fields: "token,record.username" }),
  );
  await site.see("with an expand", () =>
    client.collection("folk").authWithPassword("ann", PASSWORD, { expand: "friend" }),
  );
}

async function methods(site) {
  for (const name of ["folk", "verified", "closed", "wordless", "_superusers", "nothing"]) {
    await site.see(`the ways into ${name}`, () => site.stranger.collection(name).listAuthMethods());
  }
}

async function refreshes(site) {
  const ann = await site.signedIn("folk", "ann");
  await site.see("a refresh", () => ann.collection("folk").authRefresh());
  await site.see("a refresh with some fields", () =>
    ann.collection("folk").authRefresh({ fields: "record.id" }),
  );
  await site.see("what is kept of it", async () => store(ann));
  const again = await site.signedIn("folk", "ann");
  await site.see("a refresh elsewhere", () => again.collection("users").authRefresh());
  await site.see("a refresh of a stranger", () => site.client().collection("folk").authRefresh());
  await site.see("a refresh of a superuser", () =>
    site.twin(site.superuser).collection("_superusers").authRefresh(),
  );
  await site.see("a refresh with a bad token", () => {
    const client = site.client();
    client.authStore.save(again.authStore.token.slice(0, -2), again.authStore.record);
    return client.collection("folk").authRefresh();
  });
}

async function verifications(site, mails) {
  const folk = site.stranger.collection("folk");
  for (const email of ["", "nobody", "nobody@example.com"]) {
    await site.see(`a verification of "${email}"`, () => folk.requestVerification(email));
  }
  await site.see("a verification", () => folk.requestVerification("ann@example.com"));
  const mail = await mails.next();
  await site.see("its mail", async () => mail);
  await site.see("a verification too soon", () => folk.requestVerification("ann@example.com"));
  await site.see("the mails of it", async () => mails.unread());
  for (const token of ["", "bad", site.superuser.authStore.token]) {
    await site.see(`a confirmation with ${token.slice(0, 3)}`, () => folk.confirmVerification(token));
  }
  await site.see("a confirmation elsewhere", () =>
    site.stranger.collection("verified").confirmVerification(tokenOf(mail)),
  );
  const ann = await site.signedIn("folk", "ann");
  await site.see("a confirmation", () => ann.collection("folk").confirmVerification(tokenOf(mail)));
  await site.see("verified in the store", async () => ann.authStore.record.verified);
  await site.see("a confirmation again", () => folk.confirmVerification(tokenOf(mail)));
  await site.see("a verification of who is verified", () => folk.requestVerification("ann@example.com"));
  const verified = site.stranger.collection("verified");
  await verified.requestVerification("some@example.com");
  const other = await mails.next();
  await site.see("the mail of another collection", async () => other);
  await site.see("its confirmation", () => verified.confirmVerification(tokenOf(other)));
  await site.see("a sign-in after it", () =>
    site.client().collection("verified").authWithPassword("some@example.com", PASSWORD),
  );
}

async function emailChanges(site, mails) {
  const ann = await site.signedIn("folk", "ann");
  const folk = ann.collection("folk");
  await site.see("a change of a stranger's email", () =>
    site.stranger.collection("folk").requestEmailChange("x@example.com"),
  );
  await site.see("a change of an email elsewhere", () =>
    ann.collection("users").requestEmailChange("x@example.com"),
  );
  for (const email of ["", "nobody", "ann@example.com", "ben@example.com"]) {
    await site.see(`a change of the email to "${email}"`, () => folk.requestEmailChange(email));
  }
  await site.see("a change of the email", () => folk.requestEmailChange("anna@example.com"));
  const mail = await mails.next();
  await site.see("the mail to the new address", async () => mail);
  const token = tokenOf(mail);
  const tried = [
    ["", ""],
    ["bad", PASSWORD],
    [token, ""],
    [token, "wrong password"],
    [ann.authStore.token, PASSWORD],
  ];
  for (const [number, [given, password]] of tried.entries()) {
    await site.see(`bad confirmation ${number} of the email`, () => folk.confirmEmailChange(given, password));
  }
  await site.see("a confirmation of the email", () => folk.confirmEmailChange(token, PASSWORD));
  await site.see("who is kept", async () => store(ann));
  await site.see("the same confirmation again", () => folk.confirmEmailChange(token, PASSWORD));
  await site.see("a sign-in by the old email", () =>
    site.client().collection("folk").authWithPassword("ann@example.com", PASSWORD),
  );
  await site.see("a sign-in by the new email", () =>
    site.client().collection("folk").authWithPassword("anna@example.com", PASSWORD),
  );
}

async function resets(site, mails) {
  const folk = site.stranger.collection("folk");
  const ben = await site.signedIn("folk", "ben");
  for (const email of ["", "nobody", "nobody@example.com"]) {
    await site.see(`a reset of "${email}"`, () => folk.requestPasswordReset(email));
  }
  await site.see("a reset", () => folk.requestPasswordReset("ben@example.com"));
  const mail = await mails.next();
  await site.see("the mail of the reset", async () => mail);
  await site.see("a reset too soon", () => folk.requestPasswordReset("ben@example.com"));
  const token = tokenOf(mail);
  const tried = [
    ["", "", ""],
    ["bad", NEW_PASSWORD, NEW_PASSWORD],
    [token, "short", "short"],
    [token, NEW_PASSWORD, "other"],
  ];
  for (const [number, given] of tried.entries()) {
    await site.see(`bad confirmation ${number} of the reset`, () => folk.confirmPasswordReset(...given));
  }
  await site.see("a confirmation of the reset", () =>
    folk.confirmPasswordReset(token, NEW_PASSWORD, NEW_PASSWORD),
  );
  await site.see("the same reset again", () => folk.confirmPasswordReset(token, NEW_PASSWORD, NEW_PASSWORD));
  await site.see("the old token", () => ben.collection("folk").authRefresh());
  await site.see("the old password", () =>
    site.client().collection("folk").authWithPassword("ben", PASSWORD),
  );
  await site.see("the new password", () =>
    site.client().collection("folk").authWithPassword("ben", NEW_PASSWORD),
  );
  await site.see("verified by the reset", () =>
    site.superuser.collection("folk").getFirstListItem("username = 'ben'"),
  );
  await site.see("a reset where there are no passwords", () =>
    site.stranger.collection("wordless").requestPasswordReset("some@example.com"),
  );
}

async function impersonations(site) {
  const folk = site.superuser.collection("folk");
  const ann = await folk.getFirstListItem("username = 'ann'");
  for (const duration of [0, 60, 3600, 315360000, -1, 1.5, "x"]) {
    await site.see(`impersonated for ${duration}`, async () =>
      store(await folk.impersonate(ann.id, duration)),
    );
  }
  await site.see("impersonated with some fields", async () =>
    store(await folk.impersonate(ann.id, 0, { fields: "token" })),
  );
  await site.see("an unknown one impersonated", () => folk.impersonate("x".repeat(15), 0));
  await site.see("one elsewhere impersonated", () =>
    site.superuser.collection("users").impersonate(ann.id, 0),
  );
  const client = await folk.impersonate(ann.id, 120);
  client.autoCancellation(false);
  await site.see("a refresh of who is impersonated", async () => {
    const before = client.authStore.token;
    await client.collection("folk").authRefresh();
    return client.authStore.token === before;
  });
  await site.see("an update of who is impersonated", () =>
    client.collection("folk").update(ann.id, { username: "anna" }),
  );
  await site.see("impersonated by a stranger", () => site.client().collection("folk").impersonate(ann.id, 0));
  const ben = await site.signedIn("folk", "ben", NEW_PASSWORD);
  await site.see("impersonated by another", () => ben.collection("folk").impersonate(ann.id, 0));
}

async function managed(site) {
  const eve = await site.signedIn("folk", "eve");
  const folk = eve.collection("folk");
  const ben = await site.superuser.collection("folk").getFirstListItem("username = 'ben'");
  await site.see("another's email for who manages", () => folk.getOne(ben.id));
  await site.see("another's email for a stranger", () => site.stranger.collection("folk").getOne(ben.id));
  await site.see("another's name by who manages", () => folk.update(ben.id, { username: "benny" }));
  const own = eve.authStore.record.id;
  await site.see("an email of oneself who manages", () =>
    folk.update(own, { email: "evil@example.com", verified: true }),
  );
  await site.see("what the token is worth after it", () => folk.authRefresh());
  const again = await site.signedIn("folk", "eve");
  await site.see("a password of oneself who manages", () =>
    again.collection("folk").update(own, { password: NEW_PASSWORD, passwordConfirm: NEW_PASSWORD }),
  );
  await site.see("who manages, kept", async () => store(eve));
  const boss = await site.signedIn("folk", "eve", NEW_PASSWORD);
  await site.see("one made by who manages", () =>
    boss.collection("folk").create({ username: "new", email: "new@example.com", verified: true, ...ACCOUNT }),
  );
}

async function superusers(site) {
  const own = site.superuser.collection("_superusers");
  const values = { email: "second@example.com", ...ACCOUNT };
  await site.see("a second superuser", () => own.create(values));
  await site.see("a superuser of a stranger", () => site.stranger.collection("_superusers").create(values));
  await site.see("a superuser with a weak password", () =>
    own.create({ email: "weak@example.com", password: "1234567", passwordConfirm: "1234567" }),
  );
  const second = await site.signedIn("_superusers", "second@example.com");
  await site.see("the second sees both", () =>
    second.collection("_superusers").getFullList({ sort: "email", fields: "email,verified" }),
  );
  const { id } = second.authStore.record;
  await site.see("another email of the second", () => own.update(id, { email: "third@example.com" }));
  await site.see("what the second's token is worth", () => second.collection("_superusers").authRefresh());
  await site.see("the second deleted", () => own.delete(id));
  await site.see("the last deleted", () => own.delete(site.superuser.authStore.record.id));
  await site.see("the last is there", () => own.getFullList({ fields: "email" }));
}

const site = await Site.open();
await build(site);
const mails = new Mails(site.given);
await methods(site);
await signIns(site);
await refreshes(site);
await verifications(site, mails);
await emailChanges(site, mails);
await resets(site, mails);
await impersonations(site);
await managed(site);
await superusers(site);
site.print();
