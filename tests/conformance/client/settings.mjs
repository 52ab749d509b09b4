// Settings: read, changed and refused, key by key; test mails, and storage that is switched off.

import { Mails, mailSettings } from "./mails.mjs";
import { Site } from "./site.mjs";

const META = { appName: "Client", appURL: "http://app.example.com" };

async function whoMay(site, who) {
  await site.seeEach("all settings", who, (client) => client.settings.getAll());
  await site.see("some settings", () => who.superuser.settings.getAll({ fields: "meta.appName,logs" }));
  await site.seeEach("a change", who, (client) => client.settings.update({ meta: { appName: "Changed" } }));
  await site.seeEach("a test mail", who, (client) =>
    client.settings.testEmail("users", "nobody", "verification"),
  );
  await site.seeEach("a test of the storage", who, (client) => client.settings.testS3("storage"));
  await site.seeEach("a secret for Apple", who, (client) =>
    client.settings.generateAppleClientSecret("", "", "", "", 0),
  );
  await site.see("it is back", () => who.superuser.settings.update({ meta: META }, { fields: "meta" }));
}

const CHANGES = [
  undefined,
  {},
  [],
  "text",
  { unknown: 1 },
  { meta: "text" },
  { meta: { appName: "" } },
  { meta: { appName: "x".repeat(300) } },
  { meta: { appName: 5 } },
  { meta: { appURL: "" } },
  { meta: { appURL: "no url" } },
  { meta: { senderAddress: "nobody" } },
  { meta: { senderAddress: "" } },
  { meta: { senderName: "" } },
  { meta: { hideControls: true } },
  { meta: { hideControls: "yes" } },
  { logs: { maxDays: 0, minLevel: -4, logIP: false, logAuthId: true } },
  { logs: { maxDays: -1 } },
  { logs: { maxDays: 1.5 } },
  { logs: { minLevel: "low" } },
  { smtp: { enabled: true, host: "", port: 0 } },
  { smtp: { enabled: true, host: "no host!", port: -5 } },
  { smtp: { port: 70000 } },
  { smtp: { authMethod: "NOTHING" } },
  { smtp: { authMethod: "LOGIN", localName: "mail.example.com" } },
  { smtp: { localName: "no domain!" } },
  { s3: { enabled: true } },
  { s3: { enabled: true, bucket: "b", region: "r", endpoint: "no url", accessKey: "k", secret: "s" } },
  { s3: { bucket: "b", secret: "hidden", forcePathStyle: true } },
  { backups: { cron: "nonsense" } },
  { backups: { cron: "0 0 * * *", cronMaxKeep: 0 } },
  { backups: { cronMaxKeep: 2 } },
  { backups: { s3: { enabled: true } } },
  { batch: { enabled: true, maxRequests: 0, timeout: 0 } },
  { batch: { maxRequests: -1, timeout: -1, maxBodySize: -1 } },
  { batch: { maxRequests: 10, timeout: 5, maxBodySize: 1000 } },
  { trustedProxy: { headers: ["X-Real-IP"], useLeftmostIP: true } },
  { trustedProxy: { headers: "text" } },
  { rateLimits: { enabled: true, rules: [] } },
  { rateLimits: { rules: [{ label: "", maxRequests: 0, duration: 0 }] } },
  { rateLimits: { rules: [{ label: "no label!", maxRequests: 1, duration: 1 }] } },
  { rateLimits: { rules: [{ label: "*:auth", maxRequests: 1, duration: 1, audience: "@nobody" }] } },
  { rateLimits: { rules: [0, 1].map(() => ({ label: "*:auth", maxRequests: 1, duration: 1 })) } },
  { rateLimits: { rules: [{ label: "/api/x", maxRequests: 5, duration: 10, audience: "@guest" }] } },
  { superuserIPs: ["10.0.0.1"] },
];

async function changes(site, { superuser }) {
  await superuser.settings.update({ meta: META });
  const before = await superuser.settings.getAll();
  for (const [number, values] of CHANGES.entries()) {
    const shown = `${number}. ${JSON.stringify(values)?.slice(0, 70)}`;
    await site.see(`changed by ${shown}`, () => superuser.settings.update(values));
  }
  await site.see("all after the changes", () => superuser.settings.getAll());
  await site.see("all as before", () => superuser.settings.update(before));
  await site.see("a form", () => {
    const form = new FormData();
    form.append("meta.appName", "Form");
    form.append("@jsonPayload", JSON.stringify({ meta: { appName: "Payload" } }));
    return superuser.settings.update(form, { fields: "meta.appName" });
  });
  await superuser.settings.update(before);
}

const TEMPLATES = ["verification", "password-reset", "email-change", "otp", "login-alert"];

async function testMails(site, { superuser }) {
  const { settings } = superuser;
  const mails = new Mails(site.given);
  await site.see("mail is set up", () =>
    settings.update(mailSettings(site.given), { fields: "smtp.enabled,meta" }),
  );
  for (const template of TEMPLATES) {
    for (const collection of ["users", "_superusers"]) {
      await site.see(`the test mail ${template} of ${collection}`, () =>
        settings.testEmail(collection, "to@example.com", template),
      );
      await site.see(`the mail ${template} of ${collection}`, () => mails.next());
    }
  }
  const refused = [
    ["users", "to@example.com", "nothing"],
    ["users", "nobody", "verification"],
    ["users", "", ""],
  ];
  const elsewhere = [
    ["nothing", "to@example.com", "otp"],
    ["", "to@example.com", "otp"],
    ["_params", "a@b.com", "otp"],
  ];
  for (const [collection, to, template] of [...refused, ...elsewhere]) {
    await site.see(`the test mail "${template}" of "${collection}" to "${to}"`, () =>
      settings.testEmail(collection, to, template),
    );
  }
  await site.see("no mails more", async () => mails.unread());
  await superuser.settings.update({ smtp: { enabled: false, host: "smtp.example.com", port: 587 } });
}

async function storage(site, { superuser }) {
  const { settings } = superuser;
  for (const name of ["storage", "backups", "nothing", ""]) {
    await site.see(`a test of the storage "${name}"`, () => settings.testS3(name));
  }
  const key = "-----BEGIN PRIVATE KEY-----\nnot a key\n-----END PRIVATE KEY-----";
  await site.see("a secret for Apple with a bad key", () =>
    settings.generateAppleClientSecret("client", "a".repeat(10), "b".repeat(10), key, 100),
  );
}

const site = await Site.open();
await site.superuser.settings.update({ meta: META });
const user = await site.member("users", "settings");
const who = { stranger: site.stranger, user, superuser: site.superuser };
await whoMay(site, who);
await changes(site, who);
await storage(site, who);
await testMails(site, who);
site.print();
