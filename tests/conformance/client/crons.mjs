// Crons and backups: what there is, what runs, and who may.

import { Site } from "./site.mjs";

async function crons(site, who) {
  const own = ({ id }) => id.startsWith("__pb");
  await site.seeEach("all crons", who, async (client) => (await client.crons.getFullList()).filter(own));
  await site.seeEach("a cron run", who, (client) => client.crons.run("__pbLogsCleanup__"));
  const { superuser } = who;
  await site.see("their ids", () => superuser.crons.getFullList({ fields: "id" }));
  for (const id of ["__pbDBOptimize__", "__pbMFACleanup__", "__pbOTPCleanup__", "__pbAutoBackup__"]) {
    await site.see(`${id} run`, () => superuser.crons.run(id));
  }
  for (const id of ["nothing", "", "a/b", "__PBLOGSCLEANUP__"]) {
    await site.see(`the unknown ${id} run`, () => superuser.crons.run(id));
  }
  for (const [method, path] of [
    ["GET", "/__pbLogsCleanup__"],
    ["DELETE", "/__pbLogsCleanup__"],
    ["POST", ""],
  ]) {
    await site.see(`${method} of crons${path}`, () => superuser.send(`/api/crons${path}`, { method }));
  }
}

async function backups(site, who) {
  await site.seeEach("all backups", who, (client) => client.backups.getFullList());
  const { stranger, user, superuser } = who;
  const others = { stranger, user };
  await site.seeEach("a backup", others, (client) => client.backups.create("mine.zip"));
  await site.seeEach("a restoration", others, (client) => client.backups.restore("mine.zip"));
  await site.seeEach("a removal", others, (client) => client.backups.delete("mine.zip"));
  await site.seeEach("an upload", others, (client) => client.backups.upload({ file: new Blob(["no zip"]) }));
  // PocketBase's message names the path of the file on its disk.
  await site.see("a removal of what is not there", () =>
    superuser.backups.delete("nothing.zip").catch(({ status }) => status),
  );
  await site.see("a download without a token", () =>
    stranger.send("/api/backups/nothing.zip", { method: "GET" }),
  );
  await site.see("a download with a bad token", () =>
    stranger.send("/api/backups/nothing.zip?token=bad", { method: "GET" }),
  );
  await site.see("the address of a download", async () =>
    superuser.backups.getDownloadURL("token", "a b.zip"),
  );
}

const site = await Site.open();
const user = await site.member("users", "crons");
const who = { stranger: site.stranger, user, superuser: site.superuser };
await crons(site, who);
await backups(site, who);
site.print();
