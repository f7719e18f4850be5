// Copies the text of the element that a button names, with the button's own words for what came of it; the button
// appears only where that works.

export function enable(button, clipboard, status) {
  if (!clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = button.ownerDocument.getElementById(button.dataset.copy);
    const label = button.textContent;
    try {
      await clipboard.writeText(source.textContent.trim());
      button.textContent = button.dataset.copied;
      if (status) status.textContent = button.dataset.said;
    } catch {
      if (status) status.textContent = button.dataset.refused;
      button.ownerDocument.getSelection()?.selectAllChildren(source);
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

if (typeof document !== "undefined") {
  for (const button of document.querySelectorAll("[data-copy]")) {
    enable(button, navigator.clipboard, document.getElementById("copied"));
  }
}
