/* The panel above a study's form: copies the participants' link and follows the state. */

for (const button of document.querySelectorAll("[data-copy]")) {
  const words = button.textContent;
  button.addEventListener("click", async () => {
    const field = document.querySelector(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      // Without HTTPS the browser keeps the clipboard to itself; the text stands selected.
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.textContent = words; }, 2000);
  });
}

/* Another state has another form and other buttons; what is typed and not saved is left to its writer. */
for (const panel of document.querySelectorAll("[data-study-panel]")) {
  const before = panel.dataset.state;
  new MutationObserver(() => {
    if (panel.dataset.state === before) return;
    if (document.querySelector("[data-when-unsaved]:not([hidden])")) {
      panel.querySelector("[data-moved]").hidden = false;
    } else {
      location.reload();
    }
  }).observe(panel, { attributes: true, attributeFilter: ["data-state"] });
}

/* A link to a field in a folded group opens the group first. */
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#id_"]');
  const field = link && document.getElementById(link.hash.slice(1));
  for (let group = field?.closest("details"); group; group = group.parentElement?.closest("details")) group.open = true;
});
