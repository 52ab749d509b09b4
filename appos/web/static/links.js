// Leads the links of mails, whose fragments name PocketBase's pages, to the pages that answer them here.
"use strict";

const MAILED_PAGES = {
  "confirm-password-reset": "/_/reset",
  "confirm-verification": "/_/verify",
  "confirm-email-change": "/_/email-change",
};

function followMailedLink() {
  const [, name, token] = /^#\/auth\/([a-z-]+)\/([\w.-]+)\/?$/.exec(location.hash) || [];
  if (Object.hasOwn(MAILED_PAGES, name)) location.replace(`${MAILED_PAGES[name]}#token=${token}`);
}

// A link that is opened where the panel already is changes the fragment alone.
addEventListener("hashchange", followMailedLink);
followMailedLink();
