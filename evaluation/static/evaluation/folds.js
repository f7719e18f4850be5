// The folded sections of a report: all opened by a button, and before printing.
const folds = () => [...document.querySelectorAll("details.fold")];
const button = document.querySelector("button[data-folds]");

function set(open) {
  for (const fold of folds()) fold.open = open;
}

if (button) {
  const labels = { true: button.dataset.folds, false: button.textContent };
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = button.textContent === labels.false;
    set(open);
    button.textContent = labels[open];
  });
}
addEventListener("beforeprint", () => set(true));
// A link from a number to its definition opens the section that holds it.
function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = target && target.closest("details.fold");
  if (fold && !fold.open) {
    fold.open = true;
    target.scrollIntoView();
  }
}
addEventListener("hashchange", reveal);
reveal();
