// Copies the text of the element that a button names; the button appears only where that works.

export function enable(button, clipboard, status) {
  if (!clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = button.ownerDocument.getElementById(button.dataset.copy);
    const label = button.textContent;
    try {
      await clipboard.writeText(source.textContent.trim());
      button.textContent = "Copied";
      if (status) status.textContent = "The code has been copied.";
    } catch {
      if (status) status.textContent = "The browser did not allow copying; please select the code.";
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
