/* Says that an upload is too large, or holds what is no photo, before it is sent, not after an hour. */

const MOST_NAMES = 5;

/* The names of files that the import has no word for; those that it explains are let through. */
export function notTaken(names, endings, sidecar) {
  return names.filter((name) => {
    const lower = name.toLowerCase();
    const dot = lower.lastIndexOf(".");
    const ending = dot > 0 ? lower.slice(dot) : "";
    return lower !== sidecar && ending !== "" && !endings.includes(ending);
  });
}

function refusedIn(form) {
  const input = form.querySelector("input[type=file][data-endings]");
  if (!input) return [];
  const names = [...input.files].map((file) => file.name);
  return notTaken(names, input.dataset.endings.split(" "), input.dataset.sidecar);
}

function listed(names) {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function watch(form) {
  const warning = form.querySelector("[data-too-large]");
  const crowd = form.querySelector("[data-too-many]");
  const refusal = form.querySelector("[data-not-taken]");
  const limit = Number(form.dataset.maxMb) * 2 ** 20;
  const refuses = () => {
    const files = [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
    warning.hidden = files.reduce((sum, file) => sum + file.size, 0) <= limit;
    const tooMany = files.length > Number(form.dataset.maxFiles ?? Infinity);
    if (crowd) crowd.hidden = !tooMany;
    const names = refusedIn(form);
    if (refusal) {
      refusal.hidden = names.length === 0;
      refusal.querySelector("span").textContent = listed(names);
    }
    return !warning.hidden || tooMany || names.length > 0;
  };
  form.addEventListener("change", refuses);
  form.addEventListener("submit", (event) => { if (refuses()) event.preventDefault(); });
}

for (const form of document.querySelectorAll("form[data-max-mb]")) watch(form);
