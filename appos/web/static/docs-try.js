// Sends a request as the page was asked to, and shows the answer; streams are shown as they come.
"use strict";

const MOST_SHOWN = 200_000;
const CURL_QUOTE = /'/g;

// The token is kept for this page alone, and goes with it.
const session = { token: "" };

function requestOf(operation, fields) {
  let path = operation.path;
  const query = new URLSearchParams();
  for (const { parameter, input } of fields.parameters) {
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value !== "") query.set(parameter.name, input.value);
  }
  const text = query.toString();
  const headers = session.token ? { Authorization: session.token } : {};
  const init = { method: operation.method.toUpperCase(), headers };
  if (fields.body && fields.body.value.trim()) {
    headers["Content-Type"] = "application/json";
    init.body = fields.body.value;
  }
  return { url: path + (text ? `?${text}` : ""), init };
}

function curlOf({ url, init }) {
  const quoted = (value) => `'${value.replace(CURL_QUOTE, "'\\''")}'`;
  const parts = ["curl", "-X", init.method];
  for (const [name, value] of Object.entries(init.headers)) {
    parts.push("-H", name === "Authorization" ? '"Authorization: $TOKEN"' : quoted(`${name}: ${value}`));
  }
  if (init.body) parts.push("--data-binary", quoted(init.body));
  return [...parts, quoted(location.origin + url)].join(" ");
}

function pretty(text, type) {
  if (!type.includes("json")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// Tells `show` of the text so far, again and again; resolves at the end of the body.
async function read(response, show) {
  const type = response.headers.get("Content-Type") ?? "";
  if (!response.body) return show("");
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text = (text + decoder.decode(value, { stream: true })).slice(-MOST_SHOWN);
    if (type.includes("event-stream")) show(text);
  }
  return show(pretty(text, type));
}

async function send(request, shown, signal) {
  const began = performance.now();
  let response;
  try {
    response = await fetch(request.url, { ...request.init, signal, redirect: "manual" });
  } catch (error) {
    shown.status(error.name === "AbortError" ? "Stopped" : "No answer", false);
    return;
  }
  const milliseconds = Math.round(performance.now() - began);
  const words = response.type === "opaqueredirect" ? "Leads elsewhere" : `${response.status} ${response.statusText}`;
  shown.status(`${words} · ${milliseconds} ms`, response.ok);
  try {
    await read(response, shown.text);
  } catch (error) {
    if (error.name !== "AbortError") shown.text(`${error}`);
  }
}
