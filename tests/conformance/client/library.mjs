// A library to try records on: members, shelves and books with a field of every type and a rule of every kind.

const DATES = [
  { name: "created", type: "autodate", onCreate: true },
  { name: "updated", type: "autodate", onCreate: true, onUpdate: true },
];

function members() {
  return {
    name: "members",
    type: "auth",
    listRule: "",
    viewRule: "",
    createRule: "",
    updateRule: "id = @request.auth.id",
    deleteRule: "id = @request.auth.id",
    fields: [
      { name: "name", type: "text", max: 20 },
      { name: "nick", type: "text", hidden: true },
    ],
  };
}

function shelves() {
  return {
    name: "shelves",
    type: "base",
    listRule: "",
    viewRule: "",
    fields: [
      { name: "label", type: "text", required: true },
      { name: "room", type: "number" },
    ],
  };
}

function books(people, shelf) {
  return {
    name: "books",
    type: "base",
    listRule: "sold = false || author = @request.auth.id",
    viewRule: "sold = false || author = @request.auth.id",
    createRule: "@request.auth.id != '' && @request.body.sold:isset = false",
    updateRule: "author = @request.auth.id",
    deleteRule: "author = @request.auth.id",
    fields: [...plainFields(), ...chosenFields(), ...relations(people, shelf), ...DATES],
    indexes: ["CREATE UNIQUE INDEX idx_books_title ON books (title)"],
  };
}

function plainFields() {
  return [
    { name: "title", type: "text", required: true, max: 40, presentable: true },
    { name: "code", type: "text", pattern: "^[a-z]{2}\\d+$", autogeneratePattern: "ab[1]{5}" },
    { name: "pages", type: "number", onlyInt: true, min: 0, max: 5000 },
    { name: "price", type: "number" },
    { name: "sold", type: "bool" },
    { name: "published", type: "date", min: "1900-01-01 00:00:00.000Z" },
    { name: "blurb", type: "editor" },
    { name: "site", type: "url", exceptDomains: ["example.org"] },
    { name: "contact", type: "email", onlyDomains: ["example.com"] },
    { name: "extra", type: "json", maxSize: 200 },
    { name: "place", type: "geoPoint" },
    { name: "secret", type: "text", hidden: true },
  ];
}

function chosenFields() {
  return [
    { name: "kind", type: "select", values: ["novel", "essay", "poem"] },
    { name: "tags", type: "select", values: ["old", "new", "rare", "loud"], maxSelect: 3 },
    { name: "cover", type: "file", mimeTypes: ["image/png", "text/plain"], maxSize: 500 },
    { name: "sheets", type: "file", maxSelect: 3 },
  ];
}

function relations(people, shelf) {
  return [
    { name: "author", type: "relation", collectionId: people.id },
    { name: "shelf", type: "relation", collectionId: shelf.id, cascadeDelete: true },
  ];
}

// Makes the collections, two members and a shelf, and returns who asks, by name.
export async function buildLibrary(site) {
  const { collections } = site.superuser;
  const people = await collections.create(members());
  const shelf = await collections.create(shelves());
  const made = await collections.create(books(people, shelf));
  const related = { name: "related", type: "relation", collectionId: made.id, maxSelect: 4 };
  await collections.update("books", { fields: [...made.fields, related] });
  return {
    stranger: site.stranger,
    ann: await site.member("members", "ann", { name: "ann" }),
    ben: await site.member("members", "ben", { name: "ben" }),
    superuser: site.superuser,
  };
}

// Puts twelve books on two shelves; the odd ones are Ann's, the even ones Ben's.
export async function fillLibrary(site, { ann, ben }) {
  const shelves = site.superuser.collection("shelves");
  const low = await shelves.create({ label: "low", room: 1 });
  const high = await shelves.create({ label: "high", room: 2 });
  const made = [];
  for (let number = 1; number <= 12; number += 1) {
    const author = number % 2 ? ann : ben;
    const shelf = number % 3 ? low.id : high.id;
    const values = { ...bookValues(number), author: author.authStore.record.id, shelf };
    made.push(
      await site.superuser.collection("books").create({ ...values, related: made.slice(-2).map(idOf) }),
    );
  }
  return { low, high, books: made };
}

function bookValues(number) {
  return {
    title: `Book ${number}`,
    code: `ab${number}`,
    pages: number * 10,
    price: number / 4,
    sold: number > 10,
    published: `2020-01-${String(number).padStart(2, "0")} 10:00:00.000Z`,
    kind: ["novel", "essay", "poem"][number % 3],
    tags: [["old", "rare"], ["new"], []][number % 3],
    extra: { number, odd: number % 2 === 1 },
    blurb: `<p>The ${number}th <b>book</b> of a long row of books.</p>`,
    place: { lon: number, lat: -number },
    secret: `s${number}`,
  };
}

export function idOf(record) {
  return record.id;
}
