// Logs: lists, single logs and statistics, filtered and refused, and who may see them.

import { setTimeout as sleep } from "node:timers/promises";
import { Site } from "./site.mjs";

// Logs are written in batches, at the latest after some seconds.
const WAIT_MS = 15_000;
// What differs by the machine or by the moment.
const VARYING = new Set(["execTime", "remoteIP", "userIP", "userAgent", "referer"]);
const MARK = "of-the-logs";

// Returns logs with what differs between two servers replaced by its kind.
function shaped(log) {
  if (!log.data) return log;
  const data = Object.entries(log.data).map(([name, value]) => [
    name,
    VARYING.has(name) ? typeof value : value,
  ]);
  return { ...log, data: Object.fromEntries(data) };
}

async function listed(client, page, size, options) {
  const { items, ...rest } = await client.logs.getList(page, size, options);
  return { ...rest, items: items.map(shaped) };
}

const MARKED = `data.url ~ '${MARK}'`;

// Makes requests that leave logs, and waits until they are written.
async function leaveLogs(site, who) {
  const paths = [
    `/api/health?${MARK}=1`,
    `/api/unknown?${MARK}=2`,
    `/api/collections/users/records?${MARK}=3`,
  ];
  for (const path of paths) {
    for (const client of Object.values(who)) await client.send(path, { method: "GET" }).catch(() => {});
  }
  const deadline = Date.now() + WAIT_MS;
  const isWritten = async () => {
    const { totalItems } = await site.superuser.logs.getList(1, 1, { filter: MARKED });
    return totalItems >= paths.length * Object.keys(who).length;
  };
  while (!(await isWritten()) && Date.now() < deadline) await sleep(200);
}

async function whoMay(site, who) {
  await site.seeEach("a list", who, (client) => listed(client, 1, 2, { filter: MARKED, sort: "@rowid" }));
  await site.seeEach("statistics", who, async (client) => {
    const stats = await client.logs.getStats({ filter: MARKED });
    return stats.map(({ date, total }) => ({ date: date.replace(/\d/g, "9"), isCounted: total > 0 }));
  });
  await site.seeEach("an unknown log", who, (client) => client.logs.getOne("x".repeat(15)));
}

const FILTERS = [
  `${MARKED} && data.status = 404`,
  `${MARKED} && data.status >= 200 && data.status < 300`,
  `${MARKED} && data.method = 'GET' && data.auth = '_superusers'`,
  `${MARKED} && data.auth = 'users'`,
  `${MARKED} && data.auth = ''`,
  `${MARKED} && level = 0`,
  `${MARKED} && level > 0`,
  `${MARKED} && message ~ 'health'`,
  `${MARKED} && created > '2020-01-01'`,
  `${MARKED} && created > '2090-01-01'`,
  `${MARKED} && data.nothing = 1`,
  `${MARKED} && data.type = 'request'`,
  `${MARKED} && id = ''`,
  `${MARKED} && rowid > 0`,
];
const BAD_FILTERS = [
  "nothing = 1",
  "data =",
  "level = 'x' &&",
  "@request.auth.id = ''",
  "@collection.users.id = ''",
  "(1 = 1",
];

async function filtered(site, { superuser }) {
  for (const filter of FILTERS) {
    const options = { filter, sort: "@rowid", fields: "message,level,data.status,data.auth,data.url" };
    await site.see(`logs with ${filter}`, () => listed(superuser, 1, 30, options));
  }
  for (const filter of BAD_FILTERS) {
    await site.see(`logs with the bad ${filter}`, () => superuser.logs.getList(1, 1, { filter }));
    await site.see(`statistics with the bad ${filter}`, () => superuser.logs.getStats({ filter }));
  }
  await site.see("statistics of none", () => superuser.logs.getStats({ filter: "level = 77" }));
  await site.see("statistics with some fields", async () => {
    const stats = await superuser.logs.getStats({ filter: MARKED, fields: "date" });
    return stats.map((stat) => Object.keys(stat));
  });
}

async function sorted(site, { superuser }) {
  const fields = "data.url,data.auth";
  for (const sort of [
    "@rowid",
    "-@rowid",
    "message,@rowid",
    "-level,@rowid",
    "data.auth,@rowid",
    "created,@rowid",
  ]) {
    await site.see(`by ${sort}`, () => listed(superuser, 1, 5, { filter: MARKED, sort, fields }));
  }
  for (const sort of ["nothing", "data.", "-", "@random()"]) {
    await site.see(`by the bad ${sort}`, () => superuser.logs.getList(1, 1, { filter: MARKED, sort }));
  }
  for (const [page, size] of [
    [2, 4],
    [9, 4],
    [0, 0],
    [-1, -5],
  ]) {
    await site.see(`page ${page} of ${size}`, () =>
      listed(superuser, page, size, { filter: MARKED, sort: "@rowid", fields: "data.url" }),
    );
  }
  await site.see("a page without total", () =>
    listed(superuser, 1, 2, { filter: MARKED, sort: "@rowid", fields: "message", skipTotal: true }),
  );
}

async function single(site, who) {
  const { items } = await who.superuser.logs.getList(1, 1, { filter: MARKED, sort: "@rowid" });
  const [{ id }] = items;
  await site.seeEach("one log", who, async (client) => shaped(await client.logs.getOne(id)));
  await site.see("some of a log", () => who.superuser.logs.getOne(id, { fields: "message,data.status" }));
  await site.see("no log", () => who.superuser.logs.getOne(""));
  await site.see("a log of a bad id", () => who.superuser.logs.getOne("a/../b"));
  const send = (method, path) => who.superuser.send(path, { method });
  for (const method of ["POST", "PATCH", "DELETE"]) {
    await site.see(`${method} of logs`, () => send(method, "/api/logs"));
    await site.see(`${method} of a log`, () => send(method, `/api/logs/${id}`));
  }
}

const site = await Site.open();
const user = await site.member("users", "logged");
const who = { stranger: site.stranger, user, superuser: site.superuser };
await leaveLogs(site, who);
await whoMay(site, who);
await filtered(site, who);
await sorted(site, who);
await single(site, who);
site.print();
