// Draws the page out of openapi.json. Whatever is shown is set as text.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];
const byId = (id) => document.getElementById(id);

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Paragraphs of a text in which `such words` are code.
function prose(text) {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => {
      const parts = paragraph.replace(/\s+/g, " ").split("`");
      return make("p", {}, ...parts.map((part, index) => (index % 2 ? make("code", { textContent: part }) : part)));
    });
}

function operationsOf(description) {
  const found = [];
  for (const [path, item] of Object.entries(description.paths)) {
    for (const method of METHODS) if (item[method]) found.push({ path, method, ...item[method] });
  }
  return found;
}

function field(label, input, isRequired) {
  input.id = `f${(field.count = (field.count ?? 0) + 1)}`;
  const title = make("label", { htmlFor: input.id, className: isRequired ? "required" : "" }, label);
  return make("div", { className: "field" }, title, input);
}

function parameterInput(parameter, schemas) {
  const schema = schemas.resolved(parameter.schema);
  const options = schema.enum ?? (schema.type === "boolean" ? ["true", "false"] : null);
  if (options) {
    const usual = parameter.schema.default === undefined ? "" : `${parameter.schema.default} (default)`;
    const select = make("select", {}, make("option", { value: "", textContent: usual }));
    for (const each of options) select.append(make("option", { value: each, textContent: each }));
    return select;
  }
  const hint = parameter.schema.default ?? schema.type ?? "";
  return make("input", { placeholder: String(hint), required: parameter.required, autocomplete: "off", spellcheck: false });
}

function parameterFields(operation, schemas) {
  const parameters = (operation.parameters ?? []).map((parameter) => ({ parameter, input: parameterInput(parameter, schemas) }));
  const grid = make("div", { className: "parameters" });
  for (const { parameter, input } of parameters) grid.append(field(parameter.name, input, parameter.required));
  return { parameters, grid };
}

function answers(operation, schemas) {
  const list = make("div", { className: "answers" }, make("h3", { textContent: "Answers" }));
  for (const [status, response] of Object.entries(operation.responses)) {
    const [media, content] = Object.entries(response.content ?? {})[0] ?? [];
    const head = [make("span", { className: "status", textContent: status }), ` ${response.description}`];
    if (!content?.schema) {
      list.append(make("p", {}, ...head, media ? ` · ${media}` : ""));
      continue;
    }
    const text = schemas.text(content.schema);
    const name = ` · ${schemas.name(content.schema)}`;
    list.append(make("details", {}, make("summary", {}, ...head, name), make("pre", { textContent: text, tabIndex: 0 })));
  }
  return list;
}

function bodyField(operation, schemas) {
  const json = operation.requestBody?.content["application/json"];
  if (!json) return {};
  const input = make("textarea", { spellcheck: false, value: JSON.stringify(schemas.example(json.schema), null, 2) });
  const about = make("details", {}, make("summary", { textContent: `Body: ${schemas.name(json.schema)}` }));
  about.append(make("pre", { textContent: schemas.text(json.schema), tabIndex: 0 }));
  return { input, elements: [field("Body", input, operation.requestBody.required), about] };
}

function outcome() {
  const status = make("p", { className: "status", role: "status" });
  const text = make("pre", { hidden: true, tabIndex: 0 });
  return {
    element: make("div", { className: "outcome" }, status, text),
    status(words, isGood) {
      status.textContent = words;
      status.className = `status ${isGood ? "good" : "bad"}`;
    },
    text(value) {
      text.textContent = value;
      text.hidden = value === "";
    },
  };
}

function tryForm(operation, schemas) {
  const { parameters, grid } = parameterFields(operation, schemas);
  const body = bodyField(operation, schemas);
  const fields = { parameters, body: body.input };
  const isHarmful = operation.method === "delete";
  const button = make("button", { className: `button ${isHarmful ? "danger" : "primary"}`, textContent: "Send" });
  const stop = make("button", { className: "button", type: "button", textContent: "Stop", hidden: true });
  const curl = make("button", { className: "button quiet", type: "button", textContent: "Copy as curl" });
  const shown = outcome();
  const form = make("form", { className: "inside-form" });
  form.append(...(parameters.length ? [grid] : []), ...(body.elements ?? []));
  form.append(make("div", { className: "actions" }, button, stop, curl), shown.element);
  let running = null;
  stop.addEventListener("click", () => running?.abort());
  curl.addEventListener("click", async () => {
    const command = curlOf(requestOf(operation, fields));
    try {
      await navigator.clipboard.writeText(command);
      curl.textContent = "Copied";
    } catch {
      shown.text(command);
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    running = new AbortController();
    button.disabled = true;
    stop.hidden = false;
    shown.text("");
    await send(requestOf(operation, fields), shown, running.signal);
    button.disabled = false;
    stop.hidden = true;
  });
  return form;
}

function needs(operation) {
  const kinds = operation.security ?? [];
  if (!kinds.length) return "Open to everybody.";
  return kinds.some((each) => !Object.keys(each).length) ? "A token shows more." : "Needs a token.";
}

function card(operation, schemas) {
  const head = make(
    "summary",
    {},
    make("span", { className: `method ${operation.method}`, textContent: operation.method.toUpperCase() }),
    make("span", { className: "path", textContent: operation.path }),
    make("span", { className: "says", textContent: operation.summary }),
  );
  const element = make("details", { className: "operation", id: `${operation.method}${operation.path}` }, head);
  // A page of a hundred forms would be slow to open: each is made when it is first looked at.
  element.addEventListener(
    "toggle",
    () => {
      const about = prose(`${operation.description ?? ""}\n\n${needs(operation)}`);
      element.append(make("div", { className: "inside" }, ...about, tryForm(operation, schemas), answers(operation, schemas)));
    },
    { once: true },
  );
  return { element, words: `${operation.method} ${operation.path} ${operation.summary}`.toLowerCase() };
}

function draw(description) {
  const schemas = new Schemas(description.components.schemas);
  byId("about").append(...prose(description.info.description));
  byId("version").textContent = `AppOS ${description.info.version}`;
  const operations = operationsOf(description);
  const groups = description.tags.map((tag) => {
    const section = make("section", { className: "group", id: `tag-${tag.name}` });
    const title = tag.name.replaceAll("_", " ");
    section.append(make("h2", { textContent: title }), make("p", { className: "muted small", textContent: tag.description }));
    const cards = operations.filter((each) => each.tags[0] === tag.name).map((each) => card(each, schemas));
    section.append(...cards.map((each) => each.element));
    const link = make("li", {}, make("a", { href: `#${section.id}`, textContent: title }));
    byId("tags").append(link);
    return { section, cards, link };
  });
  byId("operations").append(...groups.map((each) => each.section));
  byId("filter").addEventListener("input", (event) => narrow(groups, event.target.value));
  openNamed();
}

function narrow(groups, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let isAny = false;
  for (const { section, cards, link } of groups) {
    for (const each of cards) each.element.hidden = !words.every((word) => each.words.includes(word));
    section.hidden = link.hidden = cards.every((each) => each.element.hidden);
    isAny ||= !section.hidden;
  }
  byId("none").hidden = isAny;
}

// A link such as /api/docs#get/api/health opens that route.
function openNamed() {
  const named = byId(decodeURIComponent(location.hash.slice(1)));
  if (named?.matches("details")) named.open = true;
  named?.scrollIntoView();
}

async function signIn(form) {
  const { collection, identity, password } = Object.fromEntries(new FormData(form));
  const response = await fetch(`/api/collections/${encodeURIComponent(collection)}/auth-with-password`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ identity, password }),
  });
  const body = await response.json();
  session.token = response.ok ? body.token : "";
  byId("who").textContent = response.ok ? `Signed in as ${body.record.email}` : body.message;
  if (!response.ok) return;
  byId("password").value = "";
  showSignedIn(true);
}

function showSignedIn(isSignedIn) {
  for (const part of byId("sign-in").querySelectorAll("input, .primary")) part.hidden = isSignedIn;
  byId("sign-out").hidden = !isSignedIn;
}

byId("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await signIn(event.target);
  } catch {
    byId("who").textContent = "AppOS does not answer.";
  }
});
byId("sign-out").addEventListener("click", () => {
  session.token = "";
  byId("who").textContent = "";
  showSignedIn(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  byId("filter").focus();
});
window.addEventListener("hashchange", openNamed);

fetch("/api/openapi.json")
  .then((response) => response.json())
  .then(draw)
  .catch(() => {
    byId("failure").textContent = "The description cannot be read. Load the page again.";
    byId("failure").hidden = false;
  });
