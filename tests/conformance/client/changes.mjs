// Creating, updating and deleting records, with modifiers, forms and files, and with values that are refused.

import { buildLibrary, fillLibrary } from "./library.mjs";
import { ACCOUNT, PASSWORD, Site } from "./site.mjs";

const UNKNOWN = "x".repeat(15);

async function creates(site, { stranger, ann, superuser }, { low, books }) {
  const owned = { author: ann.authStore.record.id, shelf: low.id };
  const create = (client, values, options) => client.collection("books").create(values, options);
  await site.see("a book of a stranger", () => create(stranger, { title: "Stranger's" }));
  await site.see("a book of a member", () => create(ann, { title: "Ann's", ...owned }));
  await site.see("a book with its author", () =>
    create(ann, { title: "Ann's other", ...owned }, { expand: "author,shelf", fields: "title,code,expand" }),
  );
  await site.see("a book that the rule refuses", () => create(ann, { title: "Sold", sold: true, ...owned }));
  await site.see("a book that a superuser sells", () => create(superuser, { title: "Sold", sold: true }));
  await site.see("a book with an id", () => create(ann, { id: "book0000000ours", title: "With an id" }));
  await site.see("a book with a taken id", () => create(ann, { id: "book0000000ours", title: "Again" }));
  await site.see("a book with a title that is taken", () => create(ann, { title: books[0].title }));
  await site.see("a book with what no field takes", () =>
    create(ann, { title: "More", unknown: 1, created: "x" }),
  );
  await site.see("a book with a secret", () => create(ann, { title: "Secret", secret: "from ann" }));
  await site.see("what ann's secret became", () =>
    superuser.collection("books").getFirstListItem("title = 'Secret'"),
  );
  await site.see("a book of nothing", () => create(ann, {}));
  await site.see("a book without a body", () => create(ann));
  await site.see("a record of what is not there", () => superuser.collection("nothing").create({}));
  await site.seeEach("a shelf", { stranger, ann, superuser }, (client) =>
    client.collection("shelves").create({ label: "new" }),
  );
}

const REFUSED = [
  ["title", ""],
  ["title", "x".repeat(41)],
  ["title", { a: 1 }],
  ["code", "AB1"],
  ["pages", 1.5],
  ["pages", -1],
  ["pages", 5001],
  ["pages", "many"],
  ["price", "1e400"],
  ["published", "1899-01-01"],
  ["published", "yesterday"],
  ["site", "no url"],
  ["site", "https://example.org/x"],
  ["contact", "nobody"],
  ["contact", "a@example.org"],
  ["extra", "{broken"],
  ["extra", { long: "x".repeat(300) }],
  ["place", { lon: 181, lat: 0 }],
  ["place", { lon: 0, lat: -91 }],
  ["place", "here"],
  ["kind", "letter"],
  ["tags", ["old", "unknown"]],
  ["tags", ["old", "new", "rare", "loud"]],
  ["cover", "cover.png"],
  ["sheets", ["a.txt", "b.txt"]],
  ["author", UNKNOWN],
  ["author", ["a", "b"]],
  ["shelf", "short"],
  ["related", [UNKNOWN]],
  ["related", ["a", "b", "c", "d", "e"]],
  ["id", "short"],
  ["id", "UPPERCASE000000"],
  ["id", "x".repeat(16)],
  ["created", "2001-01-01 00:00:00.000Z"],
  ["sold", "maybe"],
];

// Each value is tried on a new record and on one that is there.
async function refusals(site, { ann }, { books }) {
  const mine = books[0].id;
  for (const [number, [field, value]] of REFUSED.entries()) {
    const shown = JSON.stringify(value).slice(0, 30);
    await site.see(`a new book with ${field} ${shown}`, () =>
      ann.collection("books").create({ title: `Refused ${number}`, [field]: value }),
    );
    await site.see(`a book whose ${field} becomes ${shown}`, () =>
      ann.collection("books").update(mine, { [field]: value }, { fields: `title,${field}` }),
    );
  }
  await site.see("many values at once", () =>
    ann
      .collection("books")
      .create({ title: "", pages: -1, site: "x", contact: "y", kind: "z", author: UNKNOWN }),
  );
}

async function updates(site, who, { books, high }) {
  const { ann, ben, superuser } = who;
  const [mine, theirs] = [books[2].id, books[3].id];
  await site.seeEach("an update", who, (client) => client.collection("books").update(mine, { price: 5 }));
  await site.see("an update of another's", () => ann.collection("books").update(theirs, { price: 5 }));
  await site.see("an update of what is not there", () =>
    ann.collection("books").update(UNKNOWN, { price: 5 }),
  );
  await site.see("an update of nothing", () => ann.collection("books").update("", { price: 5 }));
  await site.see("an update without a body", () => ann.collection("books").update(mine));
  await site.see("a book on another shelf", () =>
    ann
      .collection("books")
      .update(mine, { shelf: high.id }, { expand: "shelf", fields: "title,expand.shelf.label" }),
  );
  await site.see("a book given away", () =>
    ann.collection("books").update(mine, { author: ben.authStore.record.id }, { fields: "title,author" }),
  );
  await site.see("a book given away is another's", () => ann.collection("books").update(mine, { price: 6 }));
  await site.see("another id", () => superuser.collection("books").update(mine, { id: "y".repeat(15) }));
  await site.see("a title that is taken", () =>
    superuser.collection("books").update(mine, { title: books[4].title }),
  );
  await site.see("all emptied", () => {
    const empty = {
      code: "",
      pages: null,
      price: "",
      published: "",
      extra: null,
      place: null,
      tags: [],
      related: null,
    };
    return superuser
      .collection("books")
      .update(mine, { ...empty, kind: "", author: "", shelf: "", sold: null });
  });
}

const MODIFIED = [
  { "pages+": 5 },
  { "pages-": 7 },
  { "price-": "1.5" },
  { "pages+": 100000 },
  { "pages+": "many" },
  { "tags+": "new" },
  { "tags+": ["rare", "rare"] },
  { "+tags": "loud" },
  { "tags-": ["old", "unknown"] },
  { "tags+": "unknown" },
  { "title+": "x" },
  { "kind+": "poem" },
  { "kind-": "poem" },
  { "extra+": 1 },
  { "unknown+": 1 },
  { tags: ["old"], "tags+": "new" },
];

async function modifiers(site, { ann }, { books }) {
  const mine = books[6].id;
  const change = (values) =>
    ann.collection("books").update(mine, values, { fields: "title,pages,price,kind,tags,extra" });
  for (const values of MODIFIED)
    await site.see(`modified by ${JSON.stringify(values)}`, () => change(values));
  const relate = (values) => ann.collection("books").update(mine, values, { fields: "related" });
  await site.see("one related more", () => relate({ "related+": books[0].id }));
  await site.see("one related first", () => relate({ "+related": [books[1].id, books[0].id] }));
  await site.see("one related less", () => relate({ "related-": books[1].id }));
  await site.see("one related that is not there", () => relate({ "related+": UNKNOWN }));
  await site.see("too many related", () => relate({ "related+": books.map(({ id }) => id) }));
  await site.see("created with a modifier", () =>
    ann
      .collection("books")
      .create({ title: "Modified", "pages+": 4, "tags+": ["old"] }, { fields: "pages,tags" }),
  );
}

function form(values) {
  const data = new FormData();
  for (const [name, value] of values) data.append(name, value);
  return data;
}

const FORMS = [
  [
    ["title", "From a form"],
    ["pages", "12"],
    ["sold", "true"],
    ["tags", "old"],
    ["tags", "new"],
    ["price", "1.50"],
  ],
  [
    ["title", "A form's JSON"],
    ["extra", '{"a":[1,2]}'],
    ["place", '{"lon":1,"lat":2}'],
    ["published", "2021-02-03"],
  ],
  [
    ["@jsonPayload", '{"title":"Payload","pages":3}'],
    ["price", "2"],
  ],
  [
    ["@jsonPayload", '{"title":"Two payloads"}'],
    ["@jsonPayload", '{"pages":4}'],
  ],
  [
    ["@jsonPayload", "broken"],
    ["title", "Broken payload"],
  ],
  [
    ["title", "Form's number"],
    ["pages", "twelve"],
  ],
  [
    ["title", ""],
    ["pages", ""],
  ],
  [
    ["title", "Emptied"],
    ["tags", ""],
    ["extra", ""],
    ["place", ""],
    ["sold", ""],
  ],
  [
    ["title", "Text that looks like a number"],
    ["blurb", "007"],
    ["secret", "true"],
    ["extra", "12"],
  ],
  [
    ["title", "1234"],
    ["extra", "[1,"],
  ],
];

async function forms(site, { superuser }) {
  const books = superuser.collection("books");
  for (const values of FORMS)
    await site.see(`a form of ${JSON.stringify(values)}`, () => books.create(form(values)));
}

async function deletes(site, who, { books, low }) {
  const { ann, superuser } = who;
  const [mine, theirs] = [books[8].id, books[9].id];
  await site.see("a delete of another's", () => ann.collection("books").delete(theirs));
  await site.seeEach("a delete", who, (client) => client.collection("books").delete(mine));
  await site.see("a delete of nothing", () => ann.collection("books").delete(""));
  await site.see("who related to the deleted", () =>
    superuser.collection("books").getList(1, 20, { sort: "title", fields: "title,related" }),
  );
  await site.see("a delete of a shelf as a member", () => ann.collection("shelves").delete(low.id));
  await site.see("a delete of a shelf", () => superuser.collection("shelves").delete(low.id));
  await site.see("what is left on no shelf", () =>
    superuser.collection("books").getFullList({ sort: "title", fields: "title,shelf,related" }),
  );
  await site.see("a delete of a member by another", () => ann.collection("members").delete(books[1].author));
  await site.see("a delete of oneself", () => ann.collection("members").delete(ann.authStore.record.id));
  await site.see("who is left", async () => ({
    isValid: ann.authStore.isValid,
    record: ann.authStore.record,
  }));
  await site.see("the books of nobody", () =>
    superuser.collection("books").getFullList({ sort: "title", filter: "author = ''", fields: "title" }),
  );
}

async function accounts(site, { stranger, ben, superuser }) {
  const register = (client, values) => client.collection("members").create(values);
  await site.see("a member by themselves", () =>
    register(stranger, { email: "new@example.com", ...ACCOUNT }),
  );
  await site.see("a member whose email is taken", () =>
    register(stranger, { email: "ben@example.com", ...ACCOUNT }),
  );
  await site.see("a member without a password", () => register(stranger, { email: "two@example.com" }));
  await site.see("a member with two passwords", () =>
    register(stranger, { email: "two@example.com", password: PASSWORD, passwordConfirm: "another" }),
  );
  await site.see("a member with a short password", () =>
    register(stranger, { email: "two@example.com", password: "short", passwordConfirm: "short" }),
  );
  await site.see("a member without an email", () => register(stranger, ACCOUNT));
  await site.see("a member who calls themselves verified", () =>
    register(stranger, { email: "two@example.com", verified: true, ...ACCOUNT }),
  );
  await site.see("a verified member by a superuser", () =>
    register(superuser, { email: "two@example.com", verified: true, emailVisibility: true, ...ACCOUNT }),
  );
  const own = ben.authStore.record.id;
  const change = (values) => ben.collection("members").update(own, values);
  await site.see("another name", () => change({ name: "benjamin" }));
  await site.see("the name in the store", async () => ben.authStore.record.name);
  await site.see("another email", () => change({ email: "other@example.com" }));
  await site.see("verified by oneself", () => change({ verified: true }));
  await site.see("a shown email", () => change({ emailVisibility: true }));
  await site.see("a password without the old one", () => change(ACCOUNT));
  await site.see("a password with a wrong old one", () =>
    change({ ...ACCOUNT, oldPassword: "wrong password" }),
  );
  await site.see("a password with the old one", () => change({ ...ACCOUNT, oldPassword: PASSWORD }));
  await site.see("what the old token is worth", () => change({ name: "b" }));
}

const site = await Site.open();
const who = await buildLibrary(site);
const library = await fillLibrary(site, who);
await creates(site, who, library);
await refusals(site, who, library);
await updates(site, who, library);
await modifiers(site, who, library);
await forms(site, who);
await deletes(site, who, library);
await accounts(site, who);
site.print();
