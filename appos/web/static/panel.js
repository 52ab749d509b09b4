// What the panel's pages share: the drawer on a phone, colours, questions before deleting, ages, refreshing.
"use strict";

const root = document.documentElement;
const find = (id) => document.getElementById(id);

// The drawer on a phone.
const menu = find("menu");
function setMenu(open) {
  document.body.classList.toggle("menu-open", open);
  menu.setAttribute("aria-expanded", String(open));
  if (open) find("sidebar").querySelector("nav a").focus();
}
menu.addEventListener("click", () => setMenu(menu.getAttribute("aria-expanded") !== "true"));
find("shade").addEventListener("click", () => setMenu(false));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || menu.getAttribute("aria-expanded") !== "true") return;
  setMenu(false);
  menu.focus();
});

// Light, dark, or as the system has it.
const THEMES = { "": "System theme", light: "Light theme", dark: "Dark theme" };
const themeButton = find("theme");
function showTheme() {
  themeButton.querySelector("span").textContent = THEMES[root.dataset.theme ?? ""];
}
themeButton.addEventListener("click", () => {
  const names = Object.keys(THEMES);
  const next = names[(names.indexOf(root.dataset.theme ?? "") + 1) % names.length];
  if (next) {
    root.dataset.theme = next;
    localStorage.setItem("appos-theme", next);
  } else {
    delete root.dataset.theme;
    localStorage.removeItem("appos-theme");
  }
  showTheme();
});
showTheme();

// A question before a form with data-confirm is sent.
const dialog = find("confirm");
let asking = null;
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (!question) return;
  event.preventDefault();
  asking = event.target;
  find("confirm-text").textContent = question;
  find("confirm-yes").textContent = asking.dataset.yes ?? "Yes";
  dialog.returnValue = "no";
  dialog.showModal();
});
dialog.addEventListener("close", () => {
  if (dialog.returnValue === "yes") asking.submit();
});

// Selecting rows.
const all = find("all");
const batch = document.querySelector("#batch button");
if (all && batch) {
  const boxes = [...document.querySelectorAll("input[name=rowid]")];
  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    batch.disabled = chosen === 0;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  for (const box of boxes) box.addEventListener("change", count);
  count();
}

// Ages go on; a moment's title is in the time zone of whoever looks.
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];
function age(then) {
  const seconds = Math.floor((Date.now() - then) / 1000);
  for (const [unit, length] of UNITS) {
    const number = Math.floor(seconds / length);
    if (number >= 1) return `${number} ${unit}${number > 1 ? "s" : ""} ago`;
  }
  return seconds < -1 ? "soon" : "just now";
}
function showAges() {
  for (const time of document.querySelectorAll("time.when")) {
    const then = new Date(time.dateTime);
    time.title = then.toLocaleString();
    time.querySelector(".ago").textContent = age(then);
  }
}
showAges();
setInterval(showAges, 30000);

// A part of the page that shows what runs is fetched anew until nothing runs, unless somebody is in it.
async function refresh(part) {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const fresh = page.getElementById(part.id);
  if (!fresh || part.contains(document.activeElement)) return part;
  part.replaceWith(fresh);
  showAges();
  return fresh;
}
async function keepFresh(part) {
  while (part.dataset.refresh) {
    await new Promise((resolve) => setTimeout(resolve, Number(part.dataset.refresh) * 1000));
    if (!document.hidden) part = await refresh(part).catch(() => part);
  }
}
const live = document.querySelector("[data-refresh]");
if (live) keepFresh(live);
