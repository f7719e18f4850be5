// What was refused stands at the top and has the focus; a link leads to each field.
const refusals = document.querySelector(".fr-refusals");

function show() {
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
  field.focus();
  field.scrollIntoView({ block: "center" });
});
