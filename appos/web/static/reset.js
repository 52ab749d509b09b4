// Sets a new password with the token of a reset link.
"use strict";

const form = document.getElementById("reset");
const token = new URLSearchParams(location.hash.slice(1)).get("token") || "";

function claims(text) {
  try {
    const part = text.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (letter) => letter.codePointAt(0))));
  } catch {
    return {};
  }
}

const { collectionId, email, exp } = claims(token);

function show(id, message) {
  const place = document.getElementById(id);
  place.textContent = message;
  place.hidden = !message;
  const input = document.getElementById(id.replace("-problem", ""));
  if (input && input !== place) input.setAttribute("aria-invalid", String(Boolean(message)));
}

function needLink() {
  form.hidden = true;
  document.getElementById("no-link").hidden = false;
}

function done() {
  form.hidden = true;
  document.getElementById("done").hidden = false;
  document.getElementById("sign-in").hidden = collectionId !== form.dataset.superusers;
  document.getElementById("done").focus();
}

async function set() {
  const { password, repeat } = Object.fromEntries(new FormData(form));
  for (const id of ["problem", "password-problem", "repeat-problem"]) show(id, "");
  const answer = await fetch(`/api/collections/${encodeURIComponent(collectionId)}/confirm-password-reset`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token, password, passwordConfirm: repeat }),
  });
  if (answer.ok) {
    done();
    return;
  }
  const { data, message } = await answer.json();
  if (data.token) needLink();
  if (data.password) show("password-problem", data.password.message);
  if (data.passwordConfirm) show("repeat-problem", "The two passwords differ.");
  if (!data.token && !data.password && !data.passwordConfirm) show("problem", message);
  form.querySelector("[aria-invalid=true]")?.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await set();
  } catch {
    show("problem", "AppOS does not answer. Try again in a moment.");
  }
  button.disabled = false;
});

if (collectionId && exp * 1000 > Date.now()) {
  document.getElementById("account").textContent = email || "your account";
  form.hidden = false;
  document.getElementById("password").focus();
} else needLink();
