// The server at argv[2] as its clients see it. The standard input is JSON: what the test gives to the script.

import { readFileSync } from "node:fs";
import PocketBase, { BaseAuthStore, ClientResponseError } from "pocketbase";
import { Words } from "./words.mjs";

const SIGN_IN = "/auth-with-password";

export const PASSWORD = "long enough for all";
// The values that an account needs beside its email.
export const ACCOUNT = { password: PASSWORD, passwordConfirm: PASSWORD };

export class Site {
  #steps = [];
  #asked = 0;

  constructor(url, given) {
    this.url = url;
    this.given = given;
    this.words = new Words(url);
    this.stranger = this.client();
    this.superuser = this.client();
  }

  // Opens the server that the command line names, with its superuser signed in.
  static async open() {
    const site = new Site(process.argv[2], JSON.parse(readFileSync(0, "utf8")));
    const { email, password } = site.given.superuser;
    await site.superuser.collection("_superusers").authWithPassword(email, password);
    return site;
  }

  // Returns one more client, of a stranger. Whatever it is answered teaches the ids that are compared by name.
  client() {
    const client = new PocketBase(this.url, new BaseAuthStore());
    client.autoCancellation(false);
    client.beforeSend = (url, options) => this.#fromOwnAddress(url, options);
    client.afterSend = (_response, data) => {
      this.words.learn(data);
      return data;
    };
    return client;
  }

  // Returns a client that is signed in.
  async signedIn(collection, identity, password = PASSWORD) {
    const client = this.client();
    await client.collection(collection).authWithPassword(identity, password);
    return client;
  }

  // Makes an account and returns a client that is signed in to it.
  async member(collection, name, values) {
    const email = `${name}@example.com`;
    await this.superuser.collection(collection).create({ email, ...ACCOUNT, ...values });
    return this.signedIn(collection, email);
  }

  // Returns a client with the account of another, but with a store of its own.
  twin(of) {
    const client = this.client();
    client.authStore.save(of.authStore.token, of.authStore.record);
    return client;
  }

  // AppOS counts failed sign-ins by address, so each comes from another one.
  #fromOwnAddress(url, options) {
    if (!url.endsWith(SIGN_IN)) return { url, options };
    this.#asked += 1;
    const headers = { ...options.headers, "X-Forwarded-For": `198.51.100.${this.#asked}` };
    return { url, options: { ...options, headers } };
  }

  // Makes a call and notes what it gave, or how it failed.
  async see(name, call) {
    if (this.#steps.some(([other]) => other === name)) throw new Error(`two steps are called ${name}`);
    this.#steps.push([name, await this.#outcome(call)]);
  }

  async #outcome(call) {
    try {
      const answer = (await call()) ?? null;
      this.words.learn({ answer });
      return { answer: this.words.of(answer) };
    } catch (error) {
      if (!(error instanceof ClientResponseError)) throw error;
      return { error: this.words.of(described(error)) };
    }
  }

  // Sees one call for each of several clients: `who` maps their names to them.
  async seeEach(name, who, call) {
    for (const [asker, client] of Object.entries(who))
      await this.see(`${name} as ${asker}`, () => call(client));
  }

  // Prints the steps for the test, in order.
  print() {
    console.log(JSON.stringify(this.#steps));
  }
}

function described({ status, response, isAbort, message, url }) {
  return { status, response, isAbort, message, url };
}
