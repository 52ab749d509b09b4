// Puts words in the place of what differs between any two servers: ids, the time of now, tokens, random names.

const RECORD_ID = /^[a-z0-9]{15}$/;
// Ids of fields are made of their type and a checksum of their name, so they have to be equal as they are.
const FIELD_ID = /^[a-z]+\d{7,10}$/;
const CLIENT_ID = /^[A-Za-z0-9]{40}$/;
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;
const TIME = /\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d{3}Z/g;
const RANDOM_END = /_[a-z0-9]{10}(?=\.)/g;
// A name of less than three letters is made longer before the random end is put to it.
const RANDOM_STEM = /(?<!\w)(\w{0,2})[a-z0-9]{10}(?=_<random>\.)/g;
const RANDOM_INDEX = /idx_(tokenKey|email)_[A-Za-z0-9]{10}\b/g;
const LATELY_SECONDS = 900;

export class Words {
  #url;
  #words = new Map();

  constructor(url) {
    this.#url = url;
  }

  // Gives each id in an answer that nobody has seen before the next word.
  learn(value) {
    if (value === null || typeof value !== "object") return;
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === "string") this.#note(key, inner);
      else this.learn(inner);
    }
  }

  #note(key, text) {
    if (this.#words.has(text)) return;
    const isId = key.toLowerCase().endsWith("id") && RECORD_ID.test(text) && !FIELD_ID.test(text);
    if (isId) this.#words.set(text, `<id ${this.#words.size + 1}>`);
    if (key === "clientId" && CLIENT_ID.test(text)) this.#words.set(text, "<client>");
  }

  // Names an id that no answer has shown yet.
  name(id, word) {
    this.#words.set(id, `<${word}>`);
  }

  // Returns an answer in the words in which it is compared.
  of(value) {
    if (typeof value === "string") return this.#ofText(value);
    if (Array.isArray(value)) return value.map((inner) => this.of(inner));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [this.#ofText(key), this.of(inner)]),
    );
  }

  #ofText(text) {
    let worded = text.replaceAll(this.#url, "<url>").replace(TOKEN, (token) => this.#ofToken(token));
    worded = worded.replace(TIME, ofTime).replace(RANDOM_END, "_<random>");
    worded = worded.replace(RANDOM_STEM, "$1<random>").replace(RANDOM_INDEX, "idx_$1_<random>");
    for (const [id, word] of this.#words) worded = worded.replaceAll(id, word);
    return worded;
  }

  // A token is compared by what it claims and how long it lives, in minutes.
  #ofToken(token) {
    const { exp, ...claims } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    const minutes = Math.round((exp - Date.now() / 1000) / 60);
    const sorted = Object.entries({ ...claims, minutes }).sort(([one], [other]) => (one < other ? -1 : 1));
    return `<token ${sorted.map((claim) => claim.join("=")).join(" ")}>`;
  }
}

// A time that a server took from its clock; any other was sent by the script and is compared as it is.
function ofTime(text) {
  const age = Math.abs(Date.now() - Date.parse(text.replace(" ", "T")));
  return age < LATELY_SECONDS * 1000 ? text.replace(/\d/g, "9") : text;
}
