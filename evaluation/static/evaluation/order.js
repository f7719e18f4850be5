/* When an ordered report is there, or will not come, the page is another one. */

for (const panel of document.querySelectorAll("[data-order]")) {
  new MutationObserver(() => {
    if (!["queued", "running"].includes(panel.dataset.state)) location.reload();
  }).observe(panel, { attributes: true, attributeFilter: ["data-state"] });
}
