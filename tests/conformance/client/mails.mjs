// The mails that a server has sent: the test's mail server writes each to a folder as JSON.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const WAIT_MS = 10_000;
// A server notes that a mail is sent, and that the next has to wait, after the mail server has taken it.
const NOTED_MS = 200;
const LINK = /href="([^"]*)"/g;

export class Mails {
  #folder;
  #seen = 0;

  constructor({ mails }) {
    this.#folder = mails;
  }

  // Waits for the next mail and returns what of it can be compared.
  async next() {
    const deadline = Date.now() + WAIT_MS;
    while (Date.now() < deadline) {
      const names = this.#names();
      if (names.length > this.#seen) {
        await sleep(NOTED_MS);
        return this.#read(names[this.#seen]);
      }
      await sleep(10);
    }
    throw new Error(`no mail came in ${WAIT_MS} ms`);
  }

  // Returns how many mails have come that nobody has read.
  unread() {
    return this.#names().length - this.#seen;
  }

  #names() {
    const names = readdirSync(this.#folder);
    return names.filter((name) => name.endsWith(".json")).sort();
  }

  #read(name) {
    this.#seen += 1;
    const { body, ...envelope } = JSON.parse(readFileSync(join(this.#folder, name), "utf8"));
    const links = [...body.matchAll(LINK)].map(([, link]) => link);
    return { ...envelope, links };
  }
}

// Returns the settings that let a server send its mail to the test.
export function mailSettings({ smtpPort }) {
  return {
    meta: {
      appName: "Client",
      appURL: "http://app.example.com",
      senderName: "Sender",
      senderAddress: "a@example.com",
    },
    smtp: { enabled: true, host: "127.0.0.1", port: smtpPort, username: "", password: "", tls: false },
  };
}

// Returns the token in the link of a mail.
export function tokenOf({ links }) {
  return links[0].split("/").at(-1);
}
