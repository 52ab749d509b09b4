// Claims the installation, then signs the new superuser in to the panel.
"use strict";

const form = document.getElementById("claim");
const token = new URLSearchParams(location.hash.slice(1)).get("token");

function show(id, message) {
  const place = document.getElementById(id);
  place.textContent = message;
  place.hidden = !message;
  const input = document.getElementById(id.replace("-problem", ""));
  if (input && input !== place) input.setAttribute("aria-invalid", String(Boolean(message)));
}

function needLink(reason) {
  form.hidden = true;
  document.getElementById("no-link").hidden = false;
  if (reason) document.getElementById("no-link-reason").textContent = reason;
}

// The session is opened by the one door there is, /_/login with its own form's token: no second way in has to be
// guarded, and the sign-in stands in the audit trail like any other.
async function signIn(email, password) {
  const page = await (await fetch("/_/login")).text();
  const csrf = new DOMParser().parseFromString(page, "text/html").querySelector("[name=csrf_token]").value;
  await fetch("/_/login", { method: "POST", body: new URLSearchParams({ email, password, csrf_token: csrf }) });
  location.replace("/_/");
}

async function claim() {
  const { email, password, repeat } = Object.fromEntries(new FormData(form));
  for (const id of ["problem", "email-problem", "password-problem", "repeat-problem"]) show(id, "");
  if (password !== repeat) {
    show("repeat-problem", "The two passwords differ.");
    return;
  }
  const answer = await fetch("/api/appos/setup/init", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: email.trim(), password, token }),
  });
  const body = await answer.json();
  if (answer.ok) {
    await signIn(email.trim(), password);
    return;
  }
  if (body.code === "wrong_token") needLink("The token of this link is wrong, so it cannot claim this installation.");
  else if (body.code === "already_claimed") location.replace("/_/");
  for (const name of ["email", "password"]) if (body.data[name]) show(`${name}-problem`, body.data[name].message);
  if (!body.data.email && !body.data.password) show("problem", body.message);
  form.querySelector("[aria-invalid=true]")?.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await claim();
  } catch {
    show("problem", "AppOS does not answer. Try again in a moment.");
  }
  button.disabled = false;
});

if (token) {
  form.hidden = false;
  document.getElementById("email").focus();
} else needLink("");
