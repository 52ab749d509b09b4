// Confirms with the token of a mailed link what its page asks: the form names the action, its inputs the rest.
"use strict";

const form = document.getElementById("mailed");
const token = new URLSearchParams(location.hash.slice(1)).get("token") || "";

function claims(text) {
  try {
    const part = text.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (letter) => letter.codePointAt(0))));
  } catch {
    return {};
  }
}

const { collectionId, email, newEmail, exp } = claims(token);
const inputs = [...form.querySelectorAll("input")];

function show(place, message) {
  place.textContent = message;
  place.hidden = !message;
}

function showAt(input, message) {
  show(document.getElementById(`${input.id}-problem`), message);
  input.setAttribute("aria-invalid", String(Boolean(message)));
}

function showProblem(message) {
  show(document.getElementById("problem"), message);
}

function needLink() {
  form.hidden = true;
  document.getElementById("no-link").hidden = false;
  document.getElementById("no-link").focus();
}

function done() {
  form.hidden = true;
  document.getElementById("done").hidden = false;
  document.getElementById("sign-in").hidden = collectionId !== form.dataset.superusers;
  document.getElementById("done").focus();
}

function refuse({ data, message }) {
  if (data.token) {
    needLink();
    return;
  }
  const wrong = inputs.filter((input) => data[input.name]);
  for (const input of wrong) showAt(input, input.dataset.problem || data[input.name].message);
  if (!wrong.length) showProblem(message);
  wrong[0]?.focus();
}

async function confirm() {
  showProblem("");
  for (const input of inputs) showAt(input, "");
  const answer = await fetch(`/api/collections/${encodeURIComponent(collectionId)}/${form.dataset.action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...Object.fromEntries(new FormData(form)), token }),
  });
  if (answer.ok) done();
  else refuse(await answer.json());
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await confirm();
  } catch {
    showProblem("AppOS does not answer. Try again in a moment.");
  }
  button.disabled = false;
});

if (collectionId && exp * 1000 > Date.now()) {
  document.getElementById("account").textContent = newEmail || email || "your account";
  form.hidden = false;
  (inputs[0] || form.querySelector("button")).focus();
} else needLink();
