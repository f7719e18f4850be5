/* Keeps progress panels up to date by asking the server; a page is loaded anew only to show what was found. */

const POLL_MS = 1200;
const PATIENCE_MS = 10000;
const HIDDEN_MS = 60000;

export function describe(panel, data) {
  panel.dataset.state = data.state;
  panel.querySelector("progress").value = data.percent;
  for (const place of panel.querySelectorAll("[data-text]")) {
    const text = data[place.dataset.text] ?? "";
    if (place.textContent !== text) place.textContent = text;
    place.hidden = text === "";
  }
  for (const place of panel.querySelectorAll("[data-show]")) {
    place.hidden = !data[place.dataset.show];
  }
  const failures = panel.querySelector("[data-failures]");
  if (failures && data.failures) {
    failures.hidden = data.failures.length === 0;
    failures.replaceChildren(...data.failures.map(failureItem));
  }
}

function failureItem({ name, error }) {
  const item = document.createElement("li");
  const bold = document.createElement("b");
  bold.textContent = name;
  item.append(bold, " ", error);
  return item;
}

function fileRow(row) {
  const line = document.createElement("tr");
  line.dataset.position = row.position;
  line.className = row.outcome;
  const cells = ["", row.name, row.label, row.reason].map((text) => {
    const cell = document.createElement("td");
    cell.textContent = text;
    return cell;
  });
  if (row.thumbnail) {
    const image = document.createElement("img");
    image.src = row.thumbnail;
    image.alt = "";
    cells[0].append(image);
  }
  line.append(...cells);
  return line;
}

function lastPosition(table) {
  return Number(table?.lastElementChild?.dataset.position ?? -1);
}

/* A tab that nobody sees asks once a minute, and at once when it is seen again. */
function pause(wait) {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    const look = () => { if (!document.hidden) go(); };
    const timer = setTimeout(go, document.hidden ? Math.max(wait, HIDDEN_MS) : wait);
    if (document.hidden) document.addEventListener("visibilitychange", look);
  });
}

async function follow(panel) {
  const table = document.querySelector("[data-rows]");
  const patience = () => Number(panel.dataset.pollMs ?? POLL_MS);
  let wait = patience();
  for (;;) {
    await pause(wait);
    const query = table ? `?after=${lastPosition(table)}` : "";
    try {
      const reply = await fetch(panel.dataset.progressUrl + query, { headers: { Accept: "application/json" } });
      if (reply.redirected) throw new Error("logged out");
      if (!reply.ok) throw new Error(`the server answered ${reply.status}`);
      const data = await reply.json();
      describe(panel, data);
      if (table) table.append(...(data.rows ?? []).map(fileRow));
      if (!data.active) {
        // What was found is laid out by the server.
        if ("reload" in panel.dataset) location.reload();
        return;
      }
      wait = patience();
    } catch {
      // The server restarts, or the network sleeps: ask again, less and less often.
      wait = Math.min(wait * 2, Math.max(PATIENCE_MS, patience()));
    }
  }
}

for (const panel of document.querySelectorAll("[data-progress-url][data-active]")) follow(panel);
