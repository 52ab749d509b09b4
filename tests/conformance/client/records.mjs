// Reading records: lists, first items, views, with every option that the client has.

import { buildLibrary, fillLibrary } from "./library.mjs";
import { Site } from "./site.mjs";

const UNKNOWN = "x".repeat(15);
const BRIEF = { fields: "title,pages", sort: "pages" };

async function lists(site, who) {
  await site.seeEach("the first page", who, (client) =>
    client.collection("books").getList(1, 4, { sort: "pages" }),
  );
  const { ann } = who;
  const books = ann.collection("books");
  for (const [page, size] of [
    [2, 5],
    [3, 5],
    [99, 5],
    [0, 5],
    [-1, -1],
    [1, 0],
    [1, 1001],
  ]) {
    await site.see(`page ${page} of ${size}`, () => books.getList(page, size, BRIEF));
  }
  await site.see("a page without total", () => books.getList(1, 3, { ...BRIEF, skipTotal: true }));
  await site.see("a page of a collection by its id", () =>
    ann.collection("pbc_2170393721").getList(1, 2, BRIEF),
  );
  await site.see("a page of what is not there", () => ann.collection("nothing").getList());
  await site.see("a page of a closed collection", () => ann.collection("_superusers").getList());
}

async function sorts(site, { superuser, ann }) {
  const sorts = ["-pages", "+kind,-pages", "@rowid", "-@rowid", "author.name,-pages", "shelf.room,title"];
  const refused = [
    "nothing",
    "secret",
    "pages,,title",
    "-",
    "@random()",
    "related.nothing",
    "a,b,c,d,e,f,g,h,i",
  ];
  for (const sort of [...sorts, ...refused, "extra.number", "price, -pages", ""]) {
    const options = { sort, fields: "title" };
    await site.see(`sorted by ${sort}`, () => ann.collection("books").getList(1, 20, options));
  }
  await site.see("sorted by what is hidden", () =>
    superuser.collection("books").getList(1, 3, { sort: "-secret" }),
  );
  await site.see("all shuffled", async () => {
    const found = await ann.collection("books").getFullList({ sort: "@random", fields: "title" });
    return found.map(({ title }) => title).sort();
  });
}

const FILTERS = [
  "pages > 30 && pages <= 60",
  "title ~ '1' || kind = 'poem'",
  "tags ?= 'old'",
  "tags:length = 2",
  "tags:each ~ 'e'",
  "author.name = 'ann'",
  "author.email = 'ann@example.com'",
  "related.title ?~ 'Book 3'",
  "books_via_related.pages ?> 50",
  "extra.odd = true",
  "published > '2020-01-05' && published < '2020-01-09'",
  "created <= @now",
  "geoDistance(place.lon, place.lat, 3, -3) < 200",
  "title:lower = 'book 4'",
  "@request.auth.name = 'ann'",
  "@collection.shelves.room ?= 2",
  "(pages = 10 || pages = 20) // comment",
  "cover = ''",
];
const BAD_FILTERS = [
  "pages >",
  "nothing = 1",
  "secret = 's1'",
  "pages = 'a' &&",
  "(pages = 1",
  "@collection.nothing.id = 1",
  "@request.nothing = 1",
  "author.nothing = 1",
  "author.nick = 'x'",
  "author.tokenKey != ''",
  "author.password != ''",
  "pages == 1",
  "unknown(1) = 1",
  "x".repeat(3600),
];

async function filters(site, { ann, stranger }) {
  for (const filter of [...FILTERS, ...BAD_FILTERS]) {
    const options = { ...BRIEF, filter };
    await site.see(`filtered by ${filter.slice(0, 60)}`, () =>
      ann.collection("books").getList(1, 20, options),
    );
  }
  const values = { title: "it's", pages: 40, sold: false, none: null, day: new Date("2020-01-04T10:00:00Z") };
  const text =
    "title != {:title} && pages = {:pages} && sold = {:sold} && shelf != {:none} && published = {:day}";
  const filter = ann.filter(text, values);
  await site.see("a filter with values", () =>
    stranger.collection("books").getList(1, 9, { ...BRIEF, filter }),
  );
}

async function fullLists(site, who) {
  const { ann } = who;
  const books = ann.collection("books");
  await site.seeEach("all titles", who, (client) => client.collection("books").getFullList(BRIEF));
  await site.see("all in batches of 5", () => books.getFullList({ batch: 5, ...BRIEF }));
  await site.see("all in old batches of 4", () => books.getFullList(4, BRIEF));
  await site.see("all of a bad filter", () => books.getFullList({ filter: "nothing = 1" }));
  await site.seeEach("the first of a kind", who, (client) =>
    client.collection("books").getFirstListItem("kind = 'poem'", { sort: "-pages", fields: "title,author" }),
  );
  await site.seeEach("the first that is sold", who, (client) =>
    client.collection("books").getFirstListItem("sold = true", { sort: "pages", expand: "author" }),
  );
  await site.see("the first of none", () => books.getFirstListItem("pages = 1"));
  await site.see("the first of a bad filter", () => books.getFirstListItem("pages ="));
}

async function views(site, who, library) {
  const { ann } = who;
  const books = ann.collection("books");
  const [open, sold] = [library.books[3], library.books[10]];
  await site.seeEach("an open book", who, (client) => client.collection("books").getOne(open.id));
  await site.seeEach("a sold book", who, (client) => client.collection("books").getOne(sold.id));
  for (const id of [UNKNOWN, "", "short", "with space", "../x", "ünï", "a/b", "x'--"]) {
    await site.see(`the book ${id}`, () => books.getOne(id));
  }
  await site.seeEach("a member", who, (client) => client.collection("members").getOne(open.author));
  const fields = [
    "*",
    "id",
    "title,expand.author.name",
    "blurb:excerpt(10,true)",
    "blurb:excerpt(5)",
    "tags",
    ",",
  ];
  const refused = [
    "blurb:excerpt(x)",
    "title:nothing()",
    "nothing",
    "extra.odd",
    "expand.*",
    "*,expand.author.id",
  ];
  for (const names of [...fields, ...refused]) {
    const options = { fields: names, expand: "author" };
    await site.see(`the fields ${names}`, () => books.getOne(open.id, options));
  }
}

const EXPANDS = [
  "author",
  "shelf,author",
  "related",
  "related.author",
  "related.related.related",
  "related.related.related.related.related.related.related",
  "related.shelf,related.author",
  "books_via_related",
  "books_via_related.shelf",
  "author.books_via_author",
  "shelf.books_via_shelf",
  "nothing",
  "author.nothing",
  "nothing_via_author",
  "books_via_nothing",
  "author_via_books",
  "title",
  "",
  ",",
  "author,,shelf",
  " author , shelf ",
  "*",
];

async function expands(site, { ann, stranger }, library) {
  for (const expand of EXPANDS) {
    const fields = "title,expand.*.title,expand.*.name,expand.*.label,expand";
    const id = library.books[4].id;
    await site.see(`expanded by ${expand}`, () => ann.collection("books").getOne(id, { expand }));
    await site.see(`briefly expanded by ${expand}`, () =>
      stranger.collection("books").getList(2, 3, { expand, fields, sort: "pages" }),
    );
  }
}

const site = await Site.open();
const who = await buildLibrary(site);
const library = await fillLibrary(site, who);
await lists(site, who);
await sorts(site, who);
await filters(site, who);
await fullLists(site, who);
await views(site, who, library);
await expands(site, who, library);
site.print();
