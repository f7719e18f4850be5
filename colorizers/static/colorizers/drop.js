/* Files that are dropped, a folder among them, are chosen; what is sent shows how far it is. */

const counted = (count) => `${count} file${count === 1 ? "" : "s"}`;
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;

/* The files of what was dropped, be it files or entries of them: of a folder all that lie in it, however deep. */
export async function filesOf(dropped) {
  const found = [];
  for (const one of dropped) {
    if (one.isDirectory) found.push(...(await filesOf(await contentsOf(one.createReader()))));
    else found.push(one.isFile ? await new Promise((done, failed) => one.file(done, failed)) : one);
  }
  return found;
}

/* A reader gives a hundred entries at a time, and none when it has given all. */
async function contentsOf(reader) {
  const all = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function takeDrops(place) {
  const box = place.querySelector(".fr-drop");
  const inputs = [...place.querySelectorAll("input[type=file]")];
  const chosen = place.querySelector("[data-chosen]");
  place.querySelector(".fr-drop-words").hidden = false;
  const tell = () => {
    const files = inputs.flatMap((input) => [...input.files]);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    chosen.textContent = files.length ? `${counted(files.length)}, ${megabytes(size)}` : "";
    inputs[0].required = files.length === 0;
  };
  place.addEventListener("change", tell);
  box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("over"); });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", async (event) => {
    event.preventDefault();
    box.classList.remove("over");
    // They are gone once the event is over: all are taken before anything is waited for.
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const dropped = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
    const transfer = new DataTransfer();
    for (const file of await filesOf(dropped)) transfer.items.add(file);
    inputs[0].files = transfer.files;
    inputs[0].dispatchEvent(new Event("change", { bubbles: true }));
  });
  tell();
}

function send(form, button) {
  const sending = form.querySelector("[data-sending]");
  const bar = sending.querySelector("progress");
  const words = sending.querySelector("p");
  const errors = form.querySelector("[data-errors]");
  const say = (sentences) => {
    errors.replaceChildren(...sentences.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
    errors.hidden = sentences.length === 0;
    sending.hidden = true;
    delete form.dataset.sent;
    button?.removeAttribute("aria-disabled");
  };
  form.dataset.sent = "1";
  button?.setAttribute("aria-disabled", "true");
  errors.hidden = true;
  sending.hidden = false;
  words.textContent = "The pictures are being sent. Please leave this page open.";
  const request = new XMLHttpRequest();
  request.open("POST", form.action || location.href);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
  });
  request.addEventListener("error", () => say(["The site could not be reached, or the line broke. Nothing was kept; send them again."]));
  request.addEventListener("load", () => {
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { /* an error page */ }
    if (answer.location) location.assign(answer.location);
    else say(answer.errors ?? [`The site answered ${request.status}. Load this page anew and try again.`]);
  });
  request.send(new FormData(form));
}

for (const place of document.querySelectorAll("[data-drop]")) takeDrops(place);
for (const form of document.querySelectorAll("form[data-sends-itself]")) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (!form.dataset.sent) send(form, event.submitter);
  });
}
