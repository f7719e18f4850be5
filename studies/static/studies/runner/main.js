/** Wires the runner together: one tab, waiting answers first, then the server's state, then the trials. */

import { Begun } from "./begun.js";
import { Courier } from "./courier.js";
import { browserWait, makeDelivery, persistent } from "./delivery.js";
import { lastingStorage, Outbox } from "./outbox.js";
import { Run } from "./run.js";
import { Shell } from "./shell.js";
import { ClosedError, fetchState } from "./state.js";
import { onlyTab } from "./tabs.js";
import { fill, textsOf } from "./texts.js";

const QUIET_MS = 400;
const RECOVERED_MS = 2500;

const root = document.getElementById("runner");
const { stateUrl, deviceUrl, doneUrl, withdrawUrl = "" } = root.dataset;
const texts = textsOf(document);
const language = document.documentElement.lang || "en";
const shell = new Shell(root, texts);
const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const forever = () => new Promise(() => {});

let down = false;
let busy = false;
let left = false;
let run = null;

/** A `fetch` that never gives up; `tell()` says so while it tries. */
function lasting(tell) {
  return persistent({
    fetch: (...request) => fetch(...request),
    wait: browserWait,
    onTrouble: (_attempt, asksToWait) => {
      down = true;
      busy = asksToWait;
      if (!left) tell();
    },
    onRecovered: () => {
      down = false;
      shell.toast(texts.recovered);
      setTimeout(() => !down && shell.toast(""), RECOVERED_MS);
    },
  });
}

const loadState = () => fetchState(stateUrl, lasting(() => shell.toast(busy ? texts.busyLoading : texts.troubleLoading)));

const trouble = () => (busy ? texts.busy : texts.trouble);

// The address of the state is the participation's own.
const begun = new Begun(stateUrl, lastingStorage());
const courier = new Courier({
  outbox: new Outbox(stateUrl, lastingStorage()),
  post: makeDelivery({ request: lasting(() => (run ? run.tell() : shell.toast(trouble()))), csrf }),
  onReply: (entry, reply) => {
    begun.forget(entry.code);
    run?.replied(entry, reply);
  },
  onRefused: async (entry, error) => {
    left = true; // nothing is answered any more until the reload
    const { title, text, plain, next } = texts.refused;
    await shell.notice({ title, text: error.message ? fill(text, { words: error.message }) : plain, next });
    location.reload();
  },
});

/** What was answered before a reload, a crash or a lost line comes first. */
async function deliverWaiting() {
  if (courier.waiting === 0) return;
  const slow = setTimeout(() => shell.toast(down ? trouble() : texts.saving), QUIET_MS);
  await courier.idle();
  clearTimeout(slow);
  if (courier.waiting > 0) await forever(); // refused: its notice asks for a reload
  shell.toast("");
}

async function sendDevice(facts) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf() };
  try {
    await fetch(deviceUrl, { method: "POST", headers, body: JSON.stringify(facts), credentials: "same-origin" });
  } catch {
    // Every answer carries what matters for its timing; nobody is stopped for this.
  }
}

/** The lock of this participation; with it, this tab is the one that runs. */
function ownTab() {
  const name = `foolrate:${stateUrl}`;
  return onlyTab(name, {
    onBusy: async (take) => {
      await shell.notice(texts.otherTab);
      take();
    },
    onLost: async () => {
      left = true;
      courier.stop();
      await shell.notice(texts.takenOver);
      onlyTab(name, { graceMs: 0, onBusy: (take) => take(), onLost: () => {} }).then(() => location.reload());
    },
  }).then(() => shell.dismiss());
}

/** The last words; the page that says thanks and has the completion code is the server's. */
async function finish({ leave }) {
  if (leave) location.replace(doneUrl);
  await shell.notice(texts.finished);
  location.replace(doneUrl);
}

async function main() {
  if (typeof initJsPsych !== "function" || typeof createImageBitmap !== "function") {
    shell.notice(texts.oldBrowser);
    return;
  }
  window.addEventListener("pagehide", () => begun.leave());
  // A page that the back button brings out of the browser's memory is out of date.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  try {
    await ownTab();
    await deliverWaiting();
    const state = await loadState();
    if (!state.finished) {
      const line = { courier, begun, withdrawUrl, loadState, sendDevice, down: () => down, trouble, left: () => left };
      run = new Run({ state, line, shell, texts, language });
      await run.start();
    }
    if (left) return;
    // A page that finds everything finished must not reload itself for ever.
    await finish({ leave: !state.finished });
  } catch (error) {
    console.error(error);
    if (left) return;
    const closed = error instanceof ClosedError;
    const { title, text, next } = closed ? texts.closed : texts.broken;
    await shell.notice({ title, text: (closed && error.message) || text, next });
    location.reload();
  }
}

main();
