// What was refused stands at the top and has the focus; a link leads to each field.
const refusals = document.querySelector(".fr-refusals");

/* Nothing that was refused stays in a folded group. */
function unfold(element) {
  for (let group = element.closest("details"); group; group = group.parentElement?.closest("details")) group.open = true;
}

function show() {
  for (const link of refusals.querySelectorAll('a[href^="#"]')) {
    const field = document.querySelector(link.getAttribute("href"));
    if (field) unfold(field);
  }
  refusals.focus();
  refusals.scrollIntoView({ block: "nearest" });
}

// The admin puts the focus into the first field of a new row, in a script that may come late.
if (document.readyState === "complete") show();
else window.addEventListener("load", show);

refusals.addEventListener("click", (event) => {
  const field = event.target.closest("a[href]") && document.querySelector(event.target.getAttribute("href"));
  if (!field) return;
  event.preventDefault();
  unfold(field);
  field.focus();
  field.scrollIntoView({ block: "center" });
});
