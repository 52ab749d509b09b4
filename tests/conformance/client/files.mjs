// Files: uploaded, replaced and removed, and fetched whole, in part, as thumbnails and when they are protected.

import { createHash } from "node:crypto";
import { gif, png, sizeOf } from "./images.mjs";
import { Site } from "./site.mjs";

const COMPARED = [
  "accept-ranges",
  "cache-control",
  "content-disposition",
  "content-range",
  "content-type",
  "x-content-type-options",
];
const OWN = "owner = @request.auth.id";

async function build(site) {
  const rules = { listRule: "", viewRule: "", createRule: "", updateRule: "", deleteRule: "" };
  const one = { type: "file", maxSize: 5000 };
  await site.superuser.collections.create({
    name: "albums",
    ...rules,
    fields: [
      { name: "title", type: "text" },
      {
        ...one,
        name: "cover",
        mimeTypes: ["image/png", "image/gif"],
        thumbs: ["20x10", "20x10t", "0x15", "30x0f"],
      },
      { ...one, name: "sheets", maxSelect: 3, maxSize: 100 },
      { ...one, name: "scan", protected: true },
    ],
  });
  await site.superuser.collections.create({
    name: "private",
    ...rules,
    viewRule: OWN,
    fields: [
      { name: "owner", type: "relation", collectionId: "_pb_users_auth_" },
      { ...one, name: "open" },
      { ...one, name: "shut", protected: true },
    ],
  });
  return {
    stranger: site.stranger,
    ann: await site.member("users", "ann"),
    ben: await site.member("users", "ben"),
    superuser: site.superuser,
  };
}

function file(name, content = `the text of ${name}`, type = "text/plain") {
  return new File([content], name, { type });
}

function picture(name, width = 60, height = 40) {
  return file(name, png(width, height), "image/png");
}

// Fetches an address and returns what can be compared of the answer.
async function fetched(url, options) {
  const response = await fetch(url, options);
  const bytes = Buffer.from(await response.arrayBuffer());
  const headers = COMPARED.map((name) => [name, response.headers.get(name)]).filter(
    ([, value]) => value !== null,
  );
  const { status } = response;
  const isJson = (response.headers.get("content-type") ?? "").includes("json") && status >= 400;
  const size = sizeOf(bytes);
  const content = isJson ? JSON.parse(bytes) : (size ?? { length: bytes.length, digest: digest(bytes) });
  return { status, headers: Object.fromEntries(headers), content };
}

function digest(bytes) {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 12);
}

async function uploads(site, albums) {
  const create = (values) => albums.create(values);
  await site.see("a cover", () => create({ title: "one", cover: picture("Cover of One.PNG") }));
  await site.see("a cover and sheets", () =>
    create({ title: "two", cover: picture("c.png"), sheets: [file("a.txt"), file("b.txt")] }),
  );
  await site.see("a gif", () => create({ title: "gif", cover: file("x.gif", gif(), "image/gif") }));
  await site.see("a picture that calls itself a text", () =>
    create({ cover: file("p.txt", png(2, 2), "text/plain") }),
  );
  await site.see("a text that calls itself a picture", () =>
    create({ cover: file("t.png", "text", "image/png") }),
  );
  await site.see("a cover that is too large", () =>
    create({ cover: file("l.png", Buffer.alloc(6000), "image/png") }),
  );
  await site.see("a sheet that is too large", () => create({ sheets: [file("l.txt", "x".repeat(101))] }));
  await site.see("too many sheets", () =>
    create({ sheets: ["a", "b", "c", "d"].map((name) => file(`${name}.txt`)) }),
  );
  await site.see("two covers", () => create({ cover: [picture("one.png"), picture("two.png")] }));
  await site.see("an empty file", () => create({ sheets: [file("empty.txt", "")] }));
  const odd = [
    "../../etc/passwd",
    "a b&c.tar.gz",
    "ünï.txt",
    ".hidden",
    "noending",
    "a.b.c.d",
    "x".repeat(300) + ".txt",
  ];
  for (const name of [
    ...odd,
    "a/b.txt",
    "a\\b.txt",
    "a.verylongendingoffile",
    "-.-",
    "CON",
    "a\u0000b.txt",
  ]) {
    const shown = JSON.stringify(name).slice(0, 40);
    await site.see(`a sheet called ${shown}`, () =>
      albums.create({ sheets: [file(name)] }, { fields: "sheets" }),
    );
  }
  await site.see("a blob", () => albums.create({ sheets: [new Blob(["of nothing"])] }, { fields: "sheets" }));
  await site.see("names alone", () => create({ sheets: ["a.txt"] }));
}

async function changes(site, albums) {
  const made = await albums.create({ title: "change", sheets: [file("one.txt"), file("two.txt")] });
  const [one, two] = made.sheets;
  const change = (values) => albums.update(made.id, values, { fields: "title,cover,sheets" });
  await site.see("another title", () => change({ title: "changed" }));
  await site.see("one more", () => change({ "sheets+": [file("three.txt")] }));
  await site.see("one too many", () => change({ "sheets+": [file("four.txt")] }));
  await site.see("one less", () => change({ "sheets-": [one] }));
  await site.see("what is gone", () =>
    fetched(`${site.url}/api/files/albums/${made.id}/${one}`).then(statusOf),
  );
  await site.see("one first", () => change({ "+sheets": [file("zero.txt")] }));
  await site.see("one less that was never there", () => change({ "sheets-": ["never.txt"] }));
  await site.see("in another order", async () => {
    const { sheets } = await albums.getOne(made.id);
    return change({ sheets: sheets.toReversed() });
  });
  await site.see("one replaced", () => change({ sheets: [two, file("five.txt")] }));
  await site.see("a name of another", () => change({ sheets: [two, "stranger.txt"] }));
  await site.see("a cover for it", () => change({ cover: picture("first.png") }));
  await site.see("another cover", () => change({ cover: picture("second.png") }));
  await site.see("a cover that is refused", () => change({ cover: file("third.png") }));
  await site.see("no cover", () => change({ cover: null }));
  await site.see("no sheets", () => change({ sheets: [] }));
  await site.see("what was replaced", () =>
    fetched(`${site.url}/api/files/albums/${made.id}/${two}`).then(statusOf),
  );
}

function statusOf({ status }) {
  return status;
}

async function urls(site, { stranger }, album) {
  const { files } = stranger;
  await site.see("a URL", async () => files.getURL(album, album.cover));
  await site.see("a URL of a thumbnail", async () => files.getURL(album, album.cover, { thumb: "20x10" }));
  await site.see("a URL to download", async () => files.getURL(album, album.cover, { download: true }));
  await site.see("a URL not to download", async () => files.getURL(album, album.cover, { download: false }));
  await site.see("a URL without a file", async () => files.getURL(album, ""));
  await site.see("a URL without a record", async () => files.getURL({}, "a.txt"));
  await site.see("a URL by the collection's name", async () =>
    files.getURL({ id: album.id, collectionName: "albums" }, "a b/c.txt"),
  );
  await site.see("an old URL", async () => stranger.buildURL(`/api/files/albums/${album.id}/${album.cover}`));
}

const THUMBS = [
  "20x10",
  "20x10t",
  "0x15",
  "30x0f",
  "20x10b",
  "20x10f",
  "100x100",
  "0x0",
  "x",
  "20",
  "-1x5",
  "20x10x",
  "",
];

async function fetches(site, { stranger }, album) {
  const url = (name, options) => stranger.files.getURL(album, name, options);
  await site.see("a fetch", () => fetched(url(album.cover)));
  await site.see("a fetch of a text", () => fetched(url(album.sheets[0])));
  await site.see("a download", () => fetched(url(album.sheets[0], { download: true })));
  await site.see("a head", () => fetched(url(album.sheets[0]), { method: "HEAD" }));
  for (const method of ["POST", "DELETE"])
    await site.see(`a ${method}`, () => fetched(url(album.cover), { method }));
  for (const thumb of THUMBS)
    await site.see(`the thumbnail ${thumb}`, () => fetched(url(album.cover, { thumb })));
  await site.see("a thumbnail of a text", () => fetched(url(album.sheets[0], { thumb: "20x10" })));
  await site.see("a thumbnail of a text at 100x100", () =>
    fetched(url(album.sheets[0], { thumb: "100x100" })),
  );
  await site.see("a thumbnail to download", () => fetched(url(album.cover, { thumb: "20x10", download: 1 })));
  for (const range of [
    "bytes=0-4",
    "bytes=5-",
    "bytes=-3",
    "bytes=0-0,2-3",
    "bytes=900-",
    "bytes=x",
    "lines=1-2",
  ]) {
    await site.see(`the range ${range}`, () =>
      fetched(url(album.sheets[0]), { headers: { Range: range } }).then(partly),
    );
  }
  const { id, cover } = album;
  const within = [
    "nothing.txt",
    "../x",
    "..%2f..%2fdata.db",
    `thumbs_${cover}/20x10_${cover}`,
    `20x10_${cover}`,
    "",
  ];
  for (const [number, name] of within.entries()) {
    await site.see(`strange file ${number}`, () => fetched(`${site.url}/api/files/albums/${id}/${name}`));
  }
  for (const [number, path] of ["nothing/x/a.txt", "albums/nothing/a.txt", `albums/${id}`, ""].entries()) {
    await site.see(`strange path ${number}`, () => fetched(`${site.url}/api/files/${path}`));
  }
}

// The boundary between the parts of an answer is made up.
function partly(answer) {
  const type = answer.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/byteranges")) return answer;
  return { status: answer.status, type: type.replace(/boundary=.*/, "boundary") };
}

async function conditions(site, { stranger }, album) {
  const url = stranger.files.getURL(album, album.sheets[0]);
  const { headers } = await fetch(url);
  const modified = headers.get("last-modified");
  await site.see("what can be asked about", async () => [modified !== null, headers.get("etag") !== null]);
  const asked = {
    "not modified": { "If-Modified-Since": modified ?? "" },
    "modified since long ago": { "If-Modified-Since": "Wed, 01 Jan 2020 00:00:00 GMT" },
    "not modified since long ago": { "If-Unmodified-Since": "Wed, 01 Jan 2020 00:00:00 GMT" },
    "another tag": { "If-None-Match": '"other"' },
    "any tag": { "If-None-Match": "*" },
  };
  for (const [name, sent] of Object.entries(asked))
    await site.see(name, () => fetched(url, { headers: sent }).then(statusOf));
}

async function tokens(site, who, album) {
  await site.seeEach("a token", who, (client) => client.files.getToken());
  const scan = (token) =>
    fetched(who.stranger.files.getURL(album, album.scan, token ? { token } : {})).then(partly);
  await site.see("a scan without a token", () => scan(""));
  await site.see("a scan with a bad token", () => scan("bad"));
  await site.see("a scan with the token of a sign-in", () => scan(who.ann.authStore.token));
  for (const [asker, client] of Object.entries(who)) {
    if (asker !== "stranger")
      await site.see(`a scan with the token of ${asker}`, async () => scan(await client.files.getToken()));
  }
  const { ann, superuser } = who;
  const values = { owner: ann.authStore.record.id, open: file("open.txt"), shut: file("shut.txt") };
  const record = await superuser.collection("private").create(values);
  const url = (name, token) => who.stranger.files.getURL(record, name, token ? { token } : {});
  await site.see("an open file of what only its owner sees", () => fetched(url(record.open)));
  await site.see("a shut file of it", () => fetched(url(record.shut)));
  for (const asker of ["ann", "ben", "superuser"]) {
    await site.see(`a shut file with the token of ${asker}`, async () =>
      fetched(url(record.shut, await who[asker].files.getToken())),
    );
  }
  await site.see("a shut file with a header alone", () =>
    fetched(url(record.shut), { headers: { Authorization: ann.authStore.token } }),
  );
}

const site = await Site.open();
const who = await build(site);
const albums = site.superuser.collection("albums");
await uploads(site, albums);
await changes(site, albums);
const values = { cover: picture("cover.png"), sheets: [file("first.txt")], scan: file("scan.txt") };
const album = await albums.create({ title: "fetched", ...values });
await urls(site, who, album);
await fetches(site, who, album);
await conditions(site, who, album);
await tokens(site, who, album);
await site.see("deleted with its files", () => albums.delete(album.id));
await site.see("a file of what is deleted", () => fetched(who.stranger.files.getURL(album, album.cover)));
site.print();
