/** Typing answers a plate as well as clicking: a digit chooses, Enter sends. */

const form = document.getElementById("plate-form");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const value = event.key === "0" ? "none" : event.key;
  const choice = [...form.elements.answer].find((radio) => radio.value === value);
  if (choice) {
    choice.checked = true;
    choice.focus();
  } else if (event.key === "Enter" && event.target.tagName !== "BUTTON" && event.target.tagName !== "A") {
    event.preventDefault();
    form.requestSubmit();
  }
});
