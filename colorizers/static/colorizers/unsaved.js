/* Knows whether the page's form has changes that are not saved, tells the page, and asks before they are lost. */

const form = document.querySelector("form:has(> [name=_seen]), form:has([data-guarded])");

function state() {
  const entries = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken" && name !== "_seen");
  return JSON.stringify(entries.map(([name, value]) => [name, value instanceof File ? value.name : value]));
}

if (form) watch();

function watch() {
  // A form that was refused holds what is stored nowhere.
  const refused = "refused" in form.querySelector("[data-guarded]").dataset;
  let saved = state();
  let leaving = false;
  const unsaved = () => refused || state() !== saved;

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
  }

  // Fields that the theme's scripts fill in at the start are no change of anybody's.
  addEventListener("load", () => setTimeout(() => { saved = state(); tell(); }));
  for (const kind of ["input", "change", "click", "keyup"]) {
    document.addEventListener(kind, () => setTimeout(tell));
  }
  form.addEventListener("submit", () => { leaving = true; setTimeout(() => { leaving = false; }, 3000); });
  addEventListener("beforeunload", (event) => {
    if (!leaving && unsaved()) event.preventDefault();
  });
  document.documentElement.dataset.guarding = "";
}
