// Collections: lists, views, creation, change, deletion, truncation, scaffolds, import; with bad input in half.

import { Site } from "./site.mjs";

const ONLY_OURS = { filter: "name ~ 'coll_%'", sort: "name" };

async function whoMay(site, who) {
  await site.seeEach("a list", who, (client) => client.collections.getList(1, 2, ONLY_OURS));
  await site.seeEach("a full list", who, (client) =>
    client.collections.getFullList({ ...ONLY_OURS, fields: "name" }),
  );
  await site.seeEach("the first", who, (client) =>
    client.collections.getFirstListItem("name = 'users'", { fields: "id" }),
  );
  await site.seeEach("a view", who, (client) =>
    client.collections.getOne("users", { fields: "id,name,type,system" }),
  );
  await site.seeEach("scaffolds", who, (client) => client.collections.getScaffolds());
  await site.seeEach("a truncation", who, (client) => client.collections.truncate("coll_none"));
  const { stranger, user } = who;
  await site.seeEach("a creation", { stranger, user }, (client) =>
    client.collections.create({ name: "coll_mine" }),
  );
  await site.seeEach("a change", { stranger, user }, (client) =>
    client.collections.update("users", { listRule: "" }),
  );
  await site.seeEach("a deletion", { stranger, user }, (client) => client.collections.delete("users"));
}

async function created(site, collections) {
  const create = (values) => collections.create(values);
  await site.see("a base", () => create({ name: "coll_base" }));
  await site.see("a base with a type", () =>
    create({ name: "coll_typed", type: "base", listRule: "", system: false }),
  );
  await site.see("an auth", () => create({ name: "coll_auth", type: "auth" }));
  await site.see("one of every field", () => create({ name: "coll_fields", fields: everyField() }));
  await site.see("an id of its own", () =>
    create({ id: "coll_own_id", name: "coll_own", fields: [text("a")] }),
  );
  await site.see("only some of the answer", () =>
    collections.create({ name: "coll_brief" }, { fields: "name,fields.name" }),
  );
  const named = [
    "",
    "coll_base",
    "COLL_BASE",
    "with space",
    "_private",
    "1digit",
    "a".repeat(256),
    "a.b",
    "ünï",
  ];
  const refused = ["a_via_b", "../x", "users", "_superusers", "_collections", "pbc_3142635823", 5, null];
  for (const name of [...named, ...refused]) {
    const shown = String(name).slice(0, 20);
    await site.see(`the name ${shown}`, () => collections.create({ name }, { fields: "id,name,type" }));
  }
  for (const type of ["", "nothing", 5, "BASE"]) {
    await site.see(`the type ${type}`, () => create({ name: `coll_type_${type}`, type }));
  }
  for (const values of [
    undefined,
    {},
    [],
    "text",
    { fields: {} },
    { fields: "x" },
    { name: "coll_x", indexes: 5 },
  ]) {
    await site.see(`a creation of ${JSON.stringify(values)}`, () => create(values));
  }
}

function text(name, more) {
  return { name, type: "text", ...more };
}

function everyField() {
  const plain = [
    "text",
    "number",
    "bool",
    "email",
    "url",
    "date",
    "editor",
    "json",
    "geoPoint",
    "password",
    "file",
  ];
  return [
    ...plain.map((type) => ({ name: `a_${type}`, type })),
    { name: "a_select", type: "select", values: ["a", "b"] },
    { name: "a_relation", type: "relation", collectionId: "_pb_users_auth_" },
    { name: "an_autodate", type: "autodate", onCreate: true },
  ];
}

const BAD_FIELDS = [
  [{ type: "text" }],
  [{ name: "a" }],
  [{ name: "a", type: "nothing" }],
  [text("a"), text("a")],
  [text("a"), text("A")],
  [text("id")],
  [text("expand")],
  [text("collectionId")],
  [text("a b")],
  [text("x".repeat(101))],
  [text("_rowid_")],
  [text("a", { min: 5, max: 3 })],
  [text("a", { min: -1 })],
  [text("a", { pattern: "[" })],
  [text("a", { autogeneratePattern: "[" })],
  [text("a", { min: "x" })],
  [{ name: "a", type: "number", min: 5, max: 3 }],
  [{ name: "a", type: "number", onlyInt: true, min: 1.5 }],
  [{ name: "a", type: "select" }],
  [{ name: "a", type: "select", values: [] }],
  [{ name: "a", type: "select", values: ["x", "x"] }],
  [{ name: "a", type: "select", values: ["x"], maxSelect: 2 }],
  [{ name: "a", type: "select", values: ["x"], maxSelect: -1 }],
  [{ name: "a", type: "relation" }],
  [{ name: "a", type: "relation", collectionId: "nothing" }],
  [{ name: "a", type: "relation", collectionId: "_pb_users_auth_", minSelect: 3, maxSelect: 2 }],
  [{ name: "a", type: "relation", collectionId: "users" }],
  [{ name: "a", type: "file", maxSize: -1 }],
  [{ name: "a", type: "file", thumbs: ["100"] }],
  [{ name: "a", type: "file", maxSelect: -1 }],
  [{ name: "a", type: "email", onlyDomains: ["a.com"], exceptDomains: ["b.com"] }],
  [{ name: "a", type: "url", onlyDomains: ["not a domain"] }],
  [{ name: "a", type: "date", min: "2021-01-01", max: "2020-01-01" }],
  [{ name: "a", type: "date", min: "x" }],
  [{ name: "a", type: "json", maxSize: -1 }],
  [{ name: "a", type: "editor", maxSize: -1 }],
  [{ name: "a", type: "password", min: 100 }],
  [{ name: "a", type: "password", cost: 3 }],
  [{ name: "a", type: "password", cost: 32 }],
  [{ name: "a", type: "autodate" }],
];
const BAD_RULES = [
  "nothing = 1",
  "a =",
  "id = 'x",
  "@request.nothing = 1",
  "a ~ 1 &&",
  "id = @collection.nothing.id",
];
const GOOD_RULES = [
  "",
  null,
  "a = 'x'",
  "@request.auth.id != ''",
  "id = @collection.users.id",
  "@request.body.a:isset = 1",
];
const BAD_INDEXES = [
  "nothing",
  "CREATE INDEX",
  "CREATE INDEX `i` ON `other` (`a`)",
  "CREATE INDEX coll_i ON coll_wrong (a",
  "CREATE INDEX pbc_i ON coll_wrong (a); DROP TABLE users",
];

async function refused(site, collections) {
  for (const [number, fields] of BAD_FIELDS.entries()) {
    const name = `coll_fields_${number}`;
    await site.see(`the fields ${JSON.stringify(fields).slice(0, 90)}`, () =>
      collections.create({ name, fields }),
    );
  }
  for (const [number, rule] of [...BAD_RULES, ...GOOD_RULES].entries()) {
    const name = `coll_rule_${number}`;
    await site.see(`the rule ${rule}`, () =>
      collections.create({ name, fields: [text("a")], viewRule: rule }, { fields: "name,viewRule" }),
    );
  }
  for (const [number, index] of BAD_INDEXES.entries()) {
    const values = { name: `coll_index_${number}`, fields: [text("a")], indexes: [index] };
    await site.see(`the index ${index}`, () => collections.create(values));
  }
  await site.see("a rule of an auth for a base", () =>
    collections.create({ name: "coll_wrong2", manageRule: "" }),
  );
  await site.see("a bad rule for signing in", () =>
    collections.create({ name: "coll_wrong3", type: "auth", authRule: "nothing = 1", manageRule: "a =" }),
  );
  await site.see("bad options of an auth", () =>
    collections.create({
      name: "coll_wrong4",
      type: "auth",
      passwordAuth: { enabled: true, identityFields: ["nothing"] },
      authToken: { duration: 0 },
      otp: { enabled: true, length: 1, duration: 1 },
      verificationTemplate: { subject: "", body: "" },
    }),
  );
}

async function changed(site, superuser) {
  const { collections } = superuser;
  const brief = { fields: "name,listRule,indexes,fields.name,fields.max" };
  const made = await collections.create({ name: "coll_change", fields: [text("a"), text("b"), text("c")] });
  const records = superuser.collection("coll_change");
  await records.create({ a: "1", b: "2", c: "3" });
  const change = (values) => collections.update("coll_change", values, brief);
  await site.see("a change of nothing", () => change({}));
  await site.see("a change without a body", () => collections.update("coll_change", undefined, brief));
  await site.see("a rule", () => change({ listRule: "a != ''" }));
  await site.see("a field more", () => change({ fields: [...made.fields, { name: "n", type: "number" }] }));
  await site.see("a field renamed", () => change({ fields: renamed(made.fields, "b", "bee") }));
  await site.see("its records", () => records.getFullList());
  await site.see("a field less", () =>
    change({ fields: renamed(made.fields, "b", "bee").filter(isNot("c")) }),
  );
  await site.see("its records again", () => records.getFullList());
  await site.see("a field of another type", () => change({ fields: retyped(made.fields, "a", "number") }));
  await site.see("without the id", () => change({ fields: made.fields.filter(isNot("id")) }));
  await site.see("no fields", () => change({ fields: [] }));
  await site.see("an index", () =>
    change({ indexes: ["CREATE INDEX idx_coll_a ON coll_change (id, a DESC)"] }),
  );
  await site.see("an index on the id", () =>
    change({ indexes: ["create unique index coll_x on coll_change (id)"] }),
  );
  await site.see("an index without its field", () =>
    change({ indexes: ["CREATE INDEX coll_y ON coll_change (gone)"] }),
  );
  await site.see("another type", () => change({ type: "auth" }));
  await site.see("a name that is taken", () => change({ name: "users" }));
  await site.see("a change of what is not there", () => collections.update("nothing", {}));
  await site.see("a change of nothing at all", () => collections.update("", {}));
  await site.see("another name", () => change({ name: "coll_changed" }));
  await site.see("the old name", () => collections.getOne("coll_change"));
  await site.see("the new name", () => collections.getOne("coll_changed", { fields: "id,name,indexes" }));
}

function renamed(fields, from, to) {
  return fields.map((field) => (field.name === from ? { ...field, name: to } : field));
}

function retyped(fields, name, type) {
  return fields.map((field) => (field.name === name ? { id: field.id, name, type } : field));
}

function isNot(name) {
  return (field) => field.name !== name;
}

async function system(site, { collections }) {
  const superusers = await collections.getOne("_superusers");
  await site.see("the superusers' collection", async () => superusers);
  await site.see("a system collection renamed", () =>
    collections.update("_superusers", { name: "superusers" }),
  );
  await site.see("a system collection without a field", () =>
    collections.update("_superusers", { fields: superusers.fields.filter(isNot("email")) }),
  );
  await site.see("a system collection no longer one", () =>
    collections.update("_superusers", { system: false }),
  );
  await site.see("a system collection's rule", () => collections.update("_superusers", { listRule: "" }));
  for (const name of ["_superusers", "_mfas", "_otps", "_externalAuths", "_authOrigins"]) {
    await site.see(`${name} seen`, () => collections.getOne(name));
    await site.see(`${name} deleted`, () => collections.delete(name));
    await site.see(`${name} truncated`, () => collections.truncate(name));
  }
}

async function deleted(site, superuser) {
  const { collections } = superuser;
  const target = await collections.create({ name: "coll_target", fields: [text("a")] });
  const relation = { name: "to", type: "relation", collectionId: target.id };
  await collections.create({ name: "coll_from", fields: [relation] });
  const record = await superuser.collection("coll_target").create({ a: "1" });
  await superuser.collection("coll_from").create({ to: record.id });
  await site.see("a deletion of what is pointed at", () => collections.delete("coll_target"));
  await site.see("a truncation of what is pointed at", () => collections.truncate("coll_target"));
  await site.see("what pointed", () => superuser.collection("coll_from").getFullList({ fields: "to" }));
  await site.see("a truncation", () => collections.truncate("coll_from"));
  await site.see("what is left", () => superuser.collection("coll_from").getList());
  await site.see("a deletion", () => collections.delete("coll_from"));
  await site.see("a deletion again", () => collections.delete("coll_from"));
  await site.see("a deletion by id", () => collections.delete(target.id));
  await site.see("a deletion of nothing", () => collections.delete(""));
  await site.see("a truncation of nothing", () => collections.truncate("nothing"));
}

async function listed(site, { collections }) {
  await site.see("all of ours", () => collections.getFullList(ONLY_OURS));
  await site.see("pages of ours", () => collections.getList(2, 3, { ...ONLY_OURS, fields: "name" }));
  for (const filter of [
    "type = 'auth' && system = true && name ~ '\\_superusers'",
    "name = 'users' || id = 'x'",
  ]) {
    await site.see(`those with ${filter}`, () =>
      collections.getList(1, 9, { filter, sort: "name", fields: "name" }),
    );
  }
  for (const filter of ["nothing = 1", "fields = ''", "name =", "@request.auth.id = 1", "listRule = ''"]) {
    await site.see(`those with the bad ${filter}`, () => collections.getList(1, 9, { filter }));
  }
  for (const sort of ["nothing", "fields", "-"])
    await site.see(`by ${sort}`, () => collections.getList(1, 9, { sort }));
  await site.see("the first of none", () => collections.getFirstListItem("name = 'none'"));
  await site.see("one of nothing", () => collections.getOne(""));
  await site.see("one by its id", () => collections.getOne("_pb_users_auth_", { fields: "name" }));
  await site.see("one in capitals", () => collections.getOne("USERS", { fields: "name" }));
}

const site = await Site.open();
const user = await site.member("users", "user");
await site.superuser.collections.create({ name: "coll_none" });
await whoMay(site, { stranger: site.stranger, user, superuser: site.superuser });
await created(site, site.superuser.collections);
await refused(site, site.superuser.collections);
await changed(site, site.superuser);
await system(site, site.superuser);
await deleted(site, site.superuser);
await listed(site, site.superuser);
site.print();
