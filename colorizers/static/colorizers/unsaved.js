/* Knows whether the page's form has changes that are not saved, tells the page, asks before they are lost, and
   keeps them in this tab: for a session that ended meanwhile, or a browser that crashed. */

import { drop, here, keep, kept, wasSaved } from "./kept.js";

const CONTROL = ["csrfmiddlewaretoken", "_seen"];

for (const address of kept()) if (wasSaved(address)) drop(address);

const mark = document.querySelector("[data-guarded]");
if (mark) watch(mark.closest("form"), mark.dataset);

/* What a browser would send; a chosen file cannot be kept, only that there is one. */
function entries(form) {
  return [...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]);
}

function state(form) {
  return JSON.stringify(entries(form).filter(([name]) => !CONTROL.includes(name)));
}

function watch(form, { user, refused }) {
  // A form that was refused holds what is stored nowhere.
  let saved = state(form);
  let leaving = false;
  let asking = false;
  const unsaved = () => refused !== undefined || state(form) !== saved;
  const secret = form.querySelector("input[type=password]") !== null;

  for (const button of document.querySelectorAll("[data-unsaved]")) button.dataset.saved = button.textContent;
  // What only leads elsewhere needs no save while there is nothing to save.
  for (const button of document.querySelectorAll("button[data-address]")) {
    button.addEventListener("click", (event) => {
      if (unsaved()) return;
      event.preventDefault();
      location.assign(button.dataset.address);
    });
  }

  function tell() {
    const now = unsaved();
    for (const place of document.querySelectorAll("[data-when-unsaved]")) place.hidden = !now;
    for (const button of document.querySelectorAll("[data-unsaved]")) {
      button.textContent = now ? button.dataset.unsaved : button.dataset.saved;
    }
    if (secret || asking || leaving) return;
    if (now) keep({ user, entries: entries(form).filter(([name]) => name !== CONTROL[0]) });
    else drop(here);
  }

  // Fields that the theme's scripts fill in at the start are no change of anybody's.
  addEventListener("load", () => setTimeout(() => {
    saved = state(form);
    asking = offer(form, user, refused !== undefined, () => { asking = false; leaving = true; });
    tell();
  }));
  for (const kind of ["input", "change", "click", "keyup"]) {
    document.addEventListener(kind, () => setTimeout(tell));
  }
  form.addEventListener("submit", () => {
    leaving = true;
    if (!secret) keep({ user, sent: true, entries: entries(form).filter(([name]) => name !== CONTROL[0]) });
    setTimeout(() => { leaving = false; }, 3000);
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && unsaved()) event.preventDefault();
  });
}

/* Offers what was typed here before and never saved; true while nothing is decided. */
function offer(form, user, refused, decided) {
  const found = kept(here);
  if (!found) return false;
  const typed = JSON.stringify(found.entries.filter(([name]) => !CONTROL.includes(name)));
  if (refused || found.user !== user || typed === state(form)) {
    drop(here);
    return false;
  }
  const box = document.createElement("section");
  box.className = "fr-panel fr-kept";
  box.setAttribute("role", "alert");
  const when = new Date(found.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  const words = document.createElement("p");
  words.textContent = `What you typed here (${when}) was not saved. This browser has kept it.`;
  const back = button("Put it back", () => {
    decided();
    resend(form, found.entries);
  });
  const away = button("Discard it", () => {
    drop(here);
    box.remove();
    decided();
  });
  away.classList.add("quiet");
  const actions = document.createElement("div");
  actions.className = "fr-actions";
  actions.append(back, away);
  box.append(words, actions);
  form.before(box);
  return true;
}

function button(words, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "fr-button";
  made.textContent = words;
  made.addEventListener("click", press);
  return made;
}

/* The server makes the form of what was typed, rows and all, and saves nothing. */
function resend(form, typed) {
  const sent = document.createElement("form");
  sent.method = "post";
  sent.hidden = true;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const [name, value] of [...typed, ["csrfmiddlewaretoken", token], ["_restore", "1"]]) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    sent.append(field);
  }
  document.body.append(sent);
  sent.submit();
}
