/** One participation on one page load: jsPsych's timeline on the screen, answers into the outbox. */

import { roomOf } from "./answers.js";
import { deviceFacts } from "./device.js";
import { browserWait, TOO_MANY } from "./delivery.js";
import { EventLog } from "./events.js";
import { measureRefresh } from "./exposure.js";
import { RefreshMeter } from "./frames.js";
import { planLayout } from "./layout.js";
import { pictureFile } from "./masking.js";
import { PictureError, Pictures, sources } from "./pictures.js";
import { FramesPlugin } from "./plugin.js";
import { pagesFor, ScreenPlugin } from "./screens.js";
import { Session } from "./session.js";
import { counted, fill } from "./texts.js";

// Enough to go on for half a minute and more while the line is down.
const PICTURES_AHEAD = 6;
// The server gives out the pictures of so many trials after the last answer that it has.
const PICTURES_GIVEN = 8;
const QUIET_MS = 400;
// A participant who has waited so long for the photos is offered a button.
const OFFER_MS = 12_000;
const MOST_STALE = 3;

const forever = () => new Promise(() => {});

export class Run {
  #line;
  #shell;
  #texts;
  #session;
  #pictures;
  #meter = new RefreshMeter();
  #log = new EventLog();
  #stale = 0;
  #outdated = false;
  #voided = 0;
  #narrow = false;
  #blocked = false;
  #awaited = null;
  #offering = false;

  /**
   * `line` is what main.js offers: `courier`, `loadState()`, `sendDevice(facts)`, `down()`, `trouble()`,
   * `left()`, `withdrawUrl`, and `begun`, which keeps the trials that have begun to be shown.
   */
  constructor({ state, line, shell, texts, language }) {
    this.#line = line;
    this.#shell = shell;
    this.#texts = texts;
    this.language = language;
    this.#session = new Session(state);
    this.#pictures = new Pictures({
      imagePx: state.image_px,
      fetch: (...request) => fetch(...request),
      decode: (bytes, src) => createImageBitmap(pictureFile(bytes, src)),
      wait: browserWait,
      onTrouble: (src, error) => this.#pictureTrouble(src, error),
    });
    this.#keepPictures();
    this.#tellProgress();
  }

  async start() {
    const { state, trial } = this.#session;
    measureRefresh(this.#meter).then(() => {
      const layout = this.#layoutFor(state, trial);
      return this.#line.sendDevice(deviceFacts({ refreshMs: this.#meter.period, layout }));
    });
    const jsPsych = initJsPsych({ display_element: this.#shell.display });
    await jsPsych.run([this.#timeline()]);
  }

  /** The server's reply to an answer: at once, or long after. */
  replied(entry, reply) {
    if (reply.stale) this.#outdated = true;
    else {
      this.#session.acknowledged(reply);
      this.#stale = 0;
      if (reply.voided) this.#voided += 1;
    }
    this.#keepPictures();
  }

  /** Says what the line does, where it is down. */
  tell() {
    const { waiting } = this.#line.courier;
    if (!this.#line.down() || waiting === 0) this.#shell.toast("");
    else if (this.#blocked) this.#shell.toast(this.#line.trouble());
    else this.#shell.toast(counted(this.#texts.waiting, waiting));
  }

  /** Says how the window is laid out for a trial, before there is a stage. */
  #layoutFor(state, trial) {
    const { clientWidth: width, clientHeight: height } = this.#shell.display;
    const dpr = window.devicePixelRatio || 1;
    return planLayout({ width, height, dpr, imagePx: state.image_px, ...roomOf(trial) });
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
      const { trial, next, progress } = session;
      const state = { ...session.state, progress };
      const touchOnly = !window.matchMedia("(any-hover: hover)").matches;
      const layout = this.#layoutFor(state, trial).kind;
      return pagesFor(next, { state, trial, layout, texts: this.#texts, touchOnly, language: this.language });
    };
    return {
      type: ScreenPlugin,
      screen: () => session.next,
      pages,
      texts: () => this.#texts,
      withdraw_url: this.#line.withdrawUrl,
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
      texts: () => this.#texts,
      words: () => session.state.words,
      log: () => this.#log,
      begun: () => this.#line.begun,
      room: (plan) => this.#room(plan),
      deliver: (trial, sealed) => this.#deliver(trial, sealed),
      announce: (text) => this.#shell.announce(text),
      on_finish: () => this.#advance(),
    };
  }

  #tellProgress() {
    const { progress, state } = this.#session;
    this.#shell.progress(progress, state.words.noun);
  }

  /** Asks for a larger window and waits until it has changed. */
  #room(plan) {
    if (plan.fits) {
      this.#shell.room(plan.prompt.above);
      // Whatever other notice there is stays.
      if (this.#narrow) this.#shell.dismiss();
      this.#narrow = false;
      return undefined;
    }
    this.#narrow = true;
    const { title, text } = this.#texts.tooSmall;
    const { width, height } = plan.needs[0];
    this.#shell.notice({ title, text: fill(text, { width: Math.ceil(width), height: Math.ceil(height) }) });
    return new Promise((resolve) => window.addEventListener("resize", resolve, { once: true }));
  }

  #keepPictures() {
    const given = Math.max(1, PICTURES_GIVEN - this.#line.courier.waiting);
    this.#pictures.keep(this.#session.ahead(PICTURES_AHEAD), given);
  }

  async #load(trial) {
    const slow = setTimeout(() => this.#shell.toast(this.#texts.loading), QUIET_MS);
    const offer = setTimeout(() => this.#offerAgain(trial), OFFER_MS);
    this.#awaited = trial;
    try {
      for (;;) {
        const ready = await this.#pictures.ready(trial).catch((error) => this.#pictureMissing(error));
        if (!ready) continue;
        clearTimeout(slow);
        this.tell();
        this.#shell.hush(true);
        return ready;
      }
    } finally {
      clearTimeout(slow);
      clearTimeout(offer);
      this.#awaited = null;
      if (this.#offering && !this.#line.left()) this.#shell.dismiss();
      this.#offering = false;
    }
  }

  /** A button for whoever has waited long; the pictures are asked for meanwhile, and may come without it. */
  async #offerAgain(trial) {
    if (this.#awaited !== trial || this.#line.left()) return;
    this.#offering = true;
    await this.#shell.notice(this.#texts.picturesFailed);
    this.#offering = false;
    if (this.#awaited !== trial) return;
    this.#shell.toast(this.#texts.loading);
    this.#pictures.again(trial);
    setTimeout(() => this.#offerAgain(trial), OFFER_MS);
  }

  /** A try for a picture failed, and another one follows: said where somebody waits for it. */
  #pictureTrouble(src, error) {
    if (!this.#awaited || !error.passing || !sources(this.#awaited).includes(src)) return;
    this.#shell.toast(error.status === TOO_MANY ? this.#texts.busyLoading : this.#texts.troubleLoading);
  }

  /** What no further try brings. */
  async #pictureMissing(error) {
    if (!(error instanceof PictureError)) throw error;
    // The server gives no pictures so far ahead of the last answer that it knows.
    if (this.#line.courier.waiting > 0) return this.#settled();
    await this.#shell.notice(this.#texts.picturesFailed);
    // A picture that is gone belongs to a trial that is over: only fresh state helps.
    if (error.status >= 400) {
      location.reload();
      return forever();
    }
    return undefined;
  }

  /** Waits until the server has every answer, and says so where that takes time. */
  async #settled() {
    const { courier } = this.#line;
    const slow = setTimeout(() => this.#shell.toast(this.#line.down() ? this.#line.trouble() : this.#texts.saving), QUIET_MS);
    this.#blocked = true;
    await courier.idle();
    this.#blocked = false;
    clearTimeout(slow);
    if (courier.waiting > 0) return forever(); // refused, or taken over: the page is on its way out
    this.#shell.toast("");
  }

  /** Keeps the answer and sends it; waits only where what comes next depends on the server. */
  async #deliver(trial, sealed) {
    this.#shell.hush(false);
    if (this.#line.left()) return forever();
    const { code, number } = trial;
    const { kept, reply } = this.#line.courier.send({ code, number, sealed });
    this.#session.answered();
    if (kept && !trial.feedback && this.#session.trial) return { stale: false, waiting: true, feedback: null };
    await this.#settled();
    return reply;
  }

  /** After a trial: on to the next one, or learn from the server what is open instead. */
  async #advance() {
    const session = this.#session;
    if (this.#outdated || session.next === "reload") {
      await this.#settled();
      if (session.next !== "finished") await this.#refresh();
    }
    this.#tellProgress();
    this.tell();
    this.#keepPictures();
  }

  async #refresh() {
    this.#stale = this.#outdated ? this.#stale + 1 : 0;
    if (this.#stale > MOST_STALE) throw new Error("the server keeps refusing the trials that it offers");
    const several = this.#session.state.trials.length > 1;
    this.#session.load(await this.#line.loadState());
    if (this.#voided > 0 && several && !this.#outdated) this.#session.replaced();
    this.#outdated = false;
    this.#voided = 0;
  }
}
