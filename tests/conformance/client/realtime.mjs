// Realtime: what several clients hear of changes, by topic, by rule and by who they are.

import { EventSource } from "eventsource";
import { setTimeout as sleep } from "node:timers/promises";
import { PASSWORD, Site } from "./site.mjs";

globalThis.EventSource = EventSource;

// A change reaches all its clients within this time; longer waits would only prove the same.
const WAIT_MS = 5000;
const SILENCE_MS = 150;
const OWN = "owner = @request.auth.id";

// Notes what a client hears, in order.
class Ear {
  #heard = [];

  // Returns a callback that notes events under a name.
  on(name) {
    return ({ action, record }) => this.#heard.push({ on: name, action, record });
  }

  // Waits for a number of events and a silence after them, and returns and forgets what was heard.
  async hear(count) {
    const deadline = Date.now() + WAIT_MS;
    while (this.#heard.length < count && Date.now() < deadline) await sleep(5);
    await sleep(SILENCE_MS);
    // Topics are told in no particular order of the same change.
    const heard = this.#heard.splice(0);
    return heard.sort((one, other) => (one.on < other.on ? -1 : 1) * (one.record?.id === other.record?.id));
  }
}

async function build(site) {
  const { collections } = site.superuser;
  const fields = [
    { name: "title", type: "text", required: true },
    { name: "size", type: "number" },
    { name: "hidden", type: "text", hidden: true },
    { name: "owner", type: "relation", collectionId: "_pb_users_auth_" },
  ];
  const open = { listRule: "", viewRule: "", createRule: "", updateRule: "", deleteRule: "" };
  await collections.create({ name: "news", fields, ...open });
  await collections.create({ name: "notes", fields, ...open, listRule: OWN, viewRule: OWN });
  await collections.create({ name: "sized", fields, ...open, listRule: "size > 5", viewRule: "size > 10" });
  await collections.create({ name: "shut", fields });
  return {
    stranger: site.client(),
    ann: await site.member("users", "ann"),
    ben: await site.member("users", "ben"),
    superuser: site.twin(site.superuser),
  };
}

// Lets each client listen to topics of a collection, and returns their ears and how to end it.
async function listen(who, collection, topics, options) {
  const ears = {};
  for (const [name, client] of Object.entries(who)) {
    ears[name] = new Ear();
    for (const topic of topics)
      await client.collection(collection).subscribe(topic, ears[name].on(topic), options);
  }
  return ears;
}

async function silence(who) {
  for (const client of Object.values(who)) await client.realtime.unsubscribe();
}

// Makes a change and sees what each ear hears of it; `counts` says how many events are waited for.
async function changed(site, name, ears, counts, change) {
  await site.see(name, change);
  const heard = await Promise.all(Object.values(ears).map((ear, index) => ear.hear(counts[index])));
  for (const [index, hearer] of Object.keys(ears).entries()) {
    await site.see(`${name}, heard by ${hearer}`, async () => heard[index]);
  }
}

async function toEverybody(site, who) {
  const ears = await listen(who, "news", ["*"]);
  const news = site.superuser.collection("news");
  const all = [1, 1, 1, 1];
  let made;
  await changed(
    site,
    "news made",
    ears,
    all,
    async () => (made = await news.create({ title: "new", hidden: "x" })),
  );
  await changed(site, "news changed", ears, all, () => news.update(made.id, { title: "newer", "size+": 3 }));
  await changed(site, "news changed by a stranger", ears, all, () =>
    who.stranger.collection("news").update(made.id, { hidden: "y" }),
  );
  await changed(site, "news refused", ears, [0, 0, 0, 0], () => news.create({ title: "" }));
  await changed(site, "news deleted", ears, all, () => news.delete(made.id));
  await silence(who);
  await changed(site, "news for nobody", ears, [0, 0, 0, 0], () => news.create({ title: "unheard" }));
}

async function toOwners(site, who) {
  const ears = await listen(who, "notes", ["*"]);
  const notes = site.superuser.collection("notes");
  const [ann, ben] = [who.ann, who.ben].map((client) => client.authStore.record.id);
  let made;
  await changed(site, "a note of ann", ears, [0, 1, 0, 1], async () => {
    made = await notes.create({ title: "ann's", owner: ann });
    return made;
  });
  await changed(site, "a note given to ben", ears, [0, 0, 1, 1], () => notes.update(made.id, { owner: ben }));
  await changed(site, "a note of nobody", ears, [0, 0, 0, 1], () => notes.update(made.id, { owner: "" }));
  await changed(site, "a note of ben again", ears, [0, 0, 1, 1], () => notes.update(made.id, { owner: ben }));
  await changed(site, "a note deleted", ears, [0, 0, 1, 1], () => notes.delete(made.id));
  await silence(who);
}

async function byListAndViewRule(site, who) {
  const sized = site.superuser.collection("sized");
  const made = await sized.create({ title: "sized", size: 7 });
  const ears = await listen(who, "sized", ["*", made.id]);
  await changed(site, "within the list alone", ears, [1, 1, 1, 2], () => sized.update(made.id, { size: 8 }));
  await changed(site, "within both", ears, [2, 2, 2, 2], () => sized.update(made.id, { size: 12 }));
  await changed(site, "within none", ears, [0, 0, 0, 2], () => sized.update(made.id, { size: 1 }));
  await changed(site, "deleted within none", ears, [0, 0, 0, 2], () => sized.delete(made.id));
  await silence(who);
}

async function ofWhatIsShut(site, who) {
  const ears = await listen(who, "shut", ["*"]);
  const shut = site.superuser.collection("shut");
  await changed(site, "what is shut", ears, [0, 0, 0, 1], () => shut.create({ title: "shut" }));
  await site.see("it opens", () =>
    site.superuser.collections.update("shut", { listRule: "" }, { fields: "listRule" }),
  );
  await changed(site, "what has opened", ears, [1, 1, 1, 1], () => shut.create({ title: "open" }));
  await silence(who);
}

async function withOptions(site, { ann }) {
  const news = site.superuser.collection("news");
  const owner = ann.authStore.record.id;
  const options = {
    plain: {},
    fields: { fields: "title,size" },
    filter: { filter: "size > 5" },
    "bad filter": { filter: "nothing = 1" },
    expand: { expand: "owner", fields: "title,expand.owner.email,expand.owner.id" },
    query: { query: { filter: "title ~ 'b'" } },
    headers: { headers: { "x-token": "1" } },
    excerpt: { fields: "title:excerpt(2,true)" },
  };
  const ears = {};
  for (const [name, given] of Object.entries(options)) {
    ears[name] = new Ear();
    await ann.collection("news").subscribe("*", ears[name].on(name), given);
  }
  const told = [1, 1, 0, 0, 1, 0, 1, 1];
  await changed(site, "a small one", ears, told, () => news.create({ title: "small", size: 1, owner }));
  await changed(site, "a big one", ears, [1, 1, 1, 0, 1, 1, 1, 1], () =>
    news.create({ title: "big", size: 9 }),
  );
  await ann.realtime.unsubscribe();
}

async function topics(site, { ann }) {
  const news = site.superuser.collection("news");
  const [one, two] = [await news.create({ title: "one" }), await news.create({ title: "two" })];
  const ear = new Ear();
  const subscribe = (topic) => ann.collection("news").subscribe(topic, ear.on(topic));
  await subscribe(one.id);
  await subscribe("*");
  const off = await subscribe(two.id);
  const ears = { ann: ear };
  await changed(site, "the first of two", ears, [2], () => news.update(one.id, { size: 1 }));
  await changed(site, "the second of two", ears, [2], () => news.update(two.id, { size: 1 }));
  await off();
  await changed(site, "the second without its topic", ears, [1], () => news.update(two.id, { size: 2 }));
  await ann.collection("news").unsubscribe("*");
  await changed(site, "the second without any", ears, [0], () => news.update(two.id, { size: 3 }));
  await changed(site, "the first still", ears, [1], () => news.update(one.id, { size: 2 }));
  await changed(site, "the first deleted", ears, [1], () => news.delete(one.id));
  await ann.collection("news").unsubscribe();
  await site.see("no connection without a topic", async () => ann.realtime.isConnected);
  await ann.collection("nothing").subscribe("*", ear.on("nothing"));
  await site.see("a topic of no collection", async () => ann.realtime.isConnected);
  await ann.realtime.subscribe("custom", ear.on("custom"));
  await site.see("a topic of one's own", () => ear.hear(0));
  await site.see("a topic of nothing", () =>
    ann
      .collection("news")
      .subscribe("", ear.on(""))
      .catch(({ message }) => message),
  );
  await ann.realtime.unsubscribe();
}

async function signingInAndOut(site, { ben }) {
  const notes = site.superuser.collection("notes");
  const owner = ben.authStore.record.id;
  const listener = site.client();
  const ear = new Ear();
  const ears = { listener: ear };
  await listener.collection("notes").subscribe("*", ear.on("*"));
  await changed(site, "before the sign-in", ears, [0], () => notes.create({ title: "before", owner }));
  await listener.collection("users").authWithPassword("ben@example.com", PASSWORD);
  await changed(site, "after the sign-in alone", ears, [0], () => notes.create({ title: "after", owner }));
  await listener.collection("notes").subscribe("x".repeat(15), ear.on("x"));
  await changed(site, "after a new topic", ears, [1], () => notes.create({ title: "topic", owner }));
  listener.authStore.clear();
  await changed(site, "signed out alone", ears, [1], () => notes.create({ title: "out", owner }));
  await site.see("a topic of somebody else", () =>
    listener.collection("notes").subscribe("y".repeat(15), ear.on("y")),
  );
  await listener.realtime.unsubscribe();
}

async function changingAccounts(site) {
  const client = await site.member("users", "carl");
  const carl = client.authStore.record;
  const ear = new Ear();
  const ears = { carl: ear };
  const notes = site.superuser.collection("notes");
  await client.collection("notes").subscribe("*", ear.on("notes"));
  await client.collection("users").subscribe(carl.id, ear.on("self"));
  await changed(site, "carl's name", ears, [1], () =>
    site.superuser.collection("users").update(carl.id, { name: "carl" }),
  );
  await changed(site, "carl's note", ears, [1], () => notes.create({ title: "carl's", owner: carl.id }));
  // A new password would end his stream on AppOS alone; see docs/pocketbase.md.
  await changed(site, "carl's end", ears, [1], () => site.superuser.collection("users").delete(carl.id));
  await changed(site, "a note after carl's end", ears, [0], () => notes.create({ title: "3", owner: "" }));
  await client.realtime.unsubscribe();
}

async function requests(site, { ann }) {
  const send = (client, body) => client.send("/api/realtime", { method: "POST", body });
  const bodies = [
    {},
    { clientId: "" },
    { clientId: "nothing" },
    { clientId: "x".repeat(300) },
    { subscriptions: "x" },
    [],
  ];
  for (const body of bodies)
    await site.see(`topics with ${JSON.stringify(body).slice(0, 40)}`, () => send(ann, body));
  await ann.realtime.subscribe("one", () => {});
  const { clientId } = ann.realtime;
  site.words.name(clientId, "client");
  await site.see("a connected client", async () => [clientId.length, ann.realtime.isConnected]);
  const given = [
    ["a".repeat(2501)],
    Array(1001).fill("a"),
    "text",
    [1],
    [""],
    ["news/*", "news/*"],
    [],
    null,
  ];
  for (const [number, subscriptions] of given.entries()) {
    await site.see(`topics ${number}`, () => send(ann, { clientId, subscriptions }));
  }
  await site.see("another's topics", () => send(site.superuser, { clientId, subscriptions: ["news/*"] }));
  await site.see("a stranger's topics", () => send(site.stranger, { clientId, subscriptions: ["news/*"] }));
  await ann.realtime.unsubscribe();
  await sleep(SILENCE_MS);
  await site.see("topics of who is gone", () => send(ann, { clientId, subscriptions: ["news/*"] }));
}

const site = await Site.open();
const who = await build(site);
await toEverybody(site, who);
await toOwners(site, who);
await byListAndViewRule(site, who);
await ofWhatIsShut(site, who);
await withOptions(site, who);
await topics(site, who);
await signingInAndOut(site, who);
await changingAccounts(site);
await requests(site, who);
site.print();
