/* What was sent once is not sent twice, and its button says at once that something happens. */

(() => {
  const WORDS = "Working… please leave this page open.";

  function note(form) {
    const place = document.createElement("span");
    place.className = "fr-busy";
    place.setAttribute("role", "status");
    const words = form.dataset.busyWords ?? document.querySelector("[data-busy-words]")?.dataset.busyWords;
    // Screen readers tell what comes into a place that is there already.
    setTimeout(() => { place.textContent = words ?? WORDS; }, 50);
    return place;
  }

  function free(form) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    for (const button of document.querySelectorAll("[data-was-pressed]")) {
      button.removeAttribute("aria-disabled");
      delete button.dataset.wasPressed;
    }
    for (const place of document.querySelectorAll(".fr-busy")) place.remove();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    const button = event.submitter ?? form.querySelector("button:not([type=button])");
    if (!button) return;
    // Not `disabled`: the name of a disabled button would not be sent.
    button.setAttribute("aria-disabled", "true");
    button.dataset.wasPressed = "1";
    button.after(note(form));
  });

  // Going back shows the page as it was left: ready to be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(free);
  });
})();
