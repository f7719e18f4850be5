/** Wires the runner together: the server's state in, jsPsych's timeline on the screen, answers out. */

import { deviceFacts } from "./device.js";
import { browserWait, makeDelivery, persistent, RefusedError } from "./delivery.js";
import { EventLog } from "./events.js";
import { measureRefresh } from "./exposure.js";
import { RefreshMeter } from "./frames.js";
import { planLayout } from "./layout.js";
import { PictureError, Pictures } from "./pictures.js";
import { FramesPlugin } from "./plugin.js";
import { pagesFor, ScreenPlugin } from "./screens.js";
import { Session } from "./session.js";
import { Shell } from "./shell.js";
import { ClosedError, fetchState } from "./state.js";
import { TEXTS } from "./texts.js";

const PICTURES_AHEAD = 3; // the open trial and two more
const QUIET_SAVING_MS = 400;
const RECOVERED_MS = 2500;
const MOST_STALE = 3;

const texts = TEXTS;
const root = document.getElementById("runner");
const { stateUrl, deviceUrl, doneUrl } = root.dataset;
const shell = new Shell(root, texts);
const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A `fetch` that never gives up and says so with `words` while it tries. */
function lasting(words) {
  return persistent({
    fetch: (...request) => fetch(...request),
    wait: browserWait,
    onTrouble: () => shell.toast(words),
    onRecovered: () => {
      shell.toast(texts.recovered);
      setTimeout(() => shell.toast(""), RECOVERED_MS);
    },
  });
}

const loadState = () => fetchState(stateUrl, lasting(texts.troubleLoading));
const post = makeDelivery({ request: lasting(texts.trouble), csrf });

/** Says how the window is laid out for a trial, before there is a stage. */
function layoutFor(state, trial) {
  const { clientWidth: width, clientHeight: height } = shell.display;
  const { slots, prompt, answers } = trial;
  const answersRow = answers.some(({ value }) => !slots.includes(value));
  const dpr = window.devicePixelRatio || 1;
  return planLayout({ width, height, dpr, imagePx: state.image_px, slots, prompt, answersRow });
}

async function sendDevice(meter, plan) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf() };
  const body = JSON.stringify(deviceFacts({ refreshMs: meter.period, layout: plan }));
  try {
    await fetch(deviceUrl, { method: "POST", headers, body, credentials: "same-origin" });
  } catch {
    // Every answer carries what matters for its timing; nobody is stopped for this.
  }
}

/** Asks for a larger window and waits until it has changed. */
async function room(plan) {
  if (plan.fits) return shell.dismiss();
  const { title, text } = texts.tooSmall;
  const { width, height } = plan.needs[0];
  shell.notice({ title, text: text(Math.ceil(width), Math.ceil(height)) });
  return new Promise((resolve) => window.addEventListener("resize", resolve, { once: true }));
}

/** One participation on one page load. */
class Run {
  #session;
  #pictures;
  #meter = new RefreshMeter();
  #log = new EventLog();
  #stale = 0;

  constructor(state) {
    this.#session = new Session(state);
    this.#pictures = new Pictures({
      imagePx: state.image_px,
      fetch: (...request) => fetch(...request),
      decode: (blob) => createImageBitmap(blob),
      wait: pause,
    });
    this.#keepPictures();
    shell.progress(state.progress);
  }

  async start() {
    const { state, trial } = this.#session;
    measureRefresh(this.#meter).then(() => sendDevice(this.#meter, layoutFor(state, trial)));
    const jsPsych = initJsPsych({ display_element: shell.display });
    await jsPsych.run([this.#timeline()]);
  }

  /** Pulls from the session, so that designs which plan one trial at a time need nothing else. */
  #timeline() {
    const session = this.#session;
    const due = (kind) => () => (kind === "screen" ? session.next !== "trial" : session.next === "trial");
    return {
      timeline: [
        { timeline: [this.#screen()], conditional_function: due("screen") },
        { timeline: [this.#frames()], conditional_function: due("trial") },
      ],
      loop_function: () => session.next !== "finished",
    };
  }

  #screen() {
    const session = this.#session;
    const pages = () => {
      const { state, trial, next } = session;
      const touchOnly = !window.matchMedia("(any-hover: hover)").matches;
      const layout = layoutFor(state, trial).kind;
      return pagesFor(next, { state, trial, layout, texts, touchOnly });
    };
    return {
      type: ScreenPlugin,
      screen: () => session.next,
      pages,
      texts: () => texts,
      on_finish: ({ screen }) => session.shown(screen),
    };
  }

  #frames() {
    const session = this.#session;
    return {
      type: FramesPlugin,
      trial: () => session.trial,
      image_px: () => session.state.image_px,
      answer_limit_ms: () => session.state.answer_limit_ms,
      load: (trial) => this.#load(trial),
      meter: () => this.#meter,
      texts: () => texts,
      log: () => this.#log,
      room,
      deliver: (trial, sealed) => this.#deliver(trial, sealed),
      announce: (text) => shell.announce(text),
      on_finish: () => this.#advance(),
    };
  }

  #keepPictures() {
    this.#pictures.keep(this.#session.ahead(PICTURES_AHEAD));
  }

  async #load(trial) {
    const slow = setTimeout(() => shell.toast(texts.loading), QUIET_SAVING_MS);
    try {
      for (;;) {
        try {
          return await this.#pictures.ready(trial);
        } catch (error) {
          if (!(error instanceof PictureError)) throw error;
          await shell.notice(texts.picturesFailed);
          // A picture that is gone belongs to a trial that is over: only fresh state helps.
          if (error.status >= 400 && error.status < 500) location.reload();
        }
      }
    } finally {
      clearTimeout(slow);
      shell.toast("");
    }
  }

  #reply = null;

  async #deliver(trial, sealed) {
    const slow = setTimeout(() => shell.toast(texts.saving), QUIET_SAVING_MS);
    try {
      this.#reply = await post(trial.code, sealed);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      clearTimeout(slow);
      shell.toast("");
      const { title, text, next } = texts.refused;
      await shell.notice({ title, text: text(error.message), next });
      location.reload();
      return new Promise(() => {}); // the page is on its way out
    } finally {
      clearTimeout(slow);
    }
    shell.toast("");
    if (!this.#reply.stale) shell.progress(this.#reply.progress);
    return this.#reply;
  }

  /** After a trial: take it off the list, or learn from the server what is open instead. */
  async #advance() {
    const session = this.#session;
    this.#stale = this.#reply.stale ? this.#stale + 1 : 0;
    if (this.#stale > MOST_STALE) throw new Error("the server keeps refusing the trials that it offers");
    if (!this.#reply.stale) session.recorded(this.#reply);
    if (this.#reply.stale || session.next === "reload") {
      session.load(await loadState());
      shell.progress(session.progress);
    }
    this.#keepPictures();
  }
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
  try {
    const state = await loadState();
    if (!state.finished) await new Run(state).start();
    // A page that finds everything finished must not reload itself for ever.
    await finish({ leave: !state.finished });
  } catch (error) {
    console.error(error);
    const closed = error instanceof ClosedError;
    const { title, text, next } = closed ? texts.closed : texts.broken;
    await shell.notice({ title, text: (closed && error.message) || text, next });
    location.reload();
  }
}

main();
