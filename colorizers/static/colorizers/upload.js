/* Says that an upload is too large before it is sent, not after an hour. */

for (const form of document.querySelectorAll("form[data-max-mb]")) {
  const warning = form.querySelector("[data-too-large]");
  const limit = Number(form.dataset.maxMb) * 2 ** 20;
  const isTooLarge = () => {
    const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    return files.reduce((sum, file) => sum + file.size, 0) > limit;
  };
  form.addEventListener("change", () => {
    warning.hidden = !isTooLarge();
  });
  form.addEventListener("submit", (event) => {
    if (isTooLarge()) {
      event.preventDefault();
      warning.hidden = false;
    }
  });
}
