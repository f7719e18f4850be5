/** What stays around the trials: progress, quiet messages, notices that wait, and the live region. */

import { conceal, h } from "./dom.js";
import { fill } from "./texts.js";

// CSS px under the first 4, which are the bar's own in every trial: as the style sheet has it.
const WORDS_NEED = 21;

export class Shell {
  #root;
  #texts;
  #bar = h("div", { class: "runner-progress-done" });
  #where = h("p", { class: "runner-where", "aria-hidden": "true" });
  #progress;
  #toast = h("p", { class: "runner-toast", role: "status" });
  #live = h("p", { class: "runner-live", "aria-live": "polite" });
  #notice = null;
  #share = 0;
  #message = "";
  #hushed = false;

  constructor(root, texts) {
    this.#root = root;
    this.#texts = texts;
    this.display = h("div", { class: "runner-display" });
    this.#progress = h(
      "div",
      { class: "runner-progress", role: "progressbar", "aria-valuemin": "0", "aria-valuenow": "0" },
      this.#bar,
    );
    conceal(this.#toast);
    root.classList.add("runner");
    root.replaceChildren(this.#progress, this.#where, this.display, this.#toast, this.#live);
    // The runner covers the page; what lies behind must not take focus.
    for (const other of document.body.children) {
      if (!other.contains(root)) other.inert = true;
    }
  }

  /**
   * The bar never shrinks: spoiled trials are replaced at the end, which makes the whole longer.
   * `noun` is what the design calls a round: in words the bar says which one comes.
   */
  progress({ done, total, practice = 0 }, noun) {
    const { practiceAt } = this.#texts;
    const [at, before, last] = done < practice ? [practiceAt, 0, practice] : [noun.at, practice, total];
    const where = fill(at, { number: Math.min(done + 1, last) - before, total: last - before });
    this.#where.textContent = where;
    this.#progress.setAttribute("aria-valuetext", where);
    this.#share = Math.max(this.#share, total ? done / total : 0);
    this.#bar.style.transform = `scaleX(${this.#share})`;
    this.#progress.setAttribute("aria-valuemax", String(total));
    this.#progress.setAttribute("aria-valuenow", String(done));
    this.#progress.setAttribute("aria-label", fill(this.#texts.progress, { done, total }));
  }

  /** Where a trial leaves this much room at the top, in CSS px, the bar is tall and its words are seen. */
  room(above) {
    this.#root.classList.toggle("tight", above < WORDS_NEED);
  }

  /** Says something to screen readers only. */
  announce(text) {
    this.#live.textContent = text;
  }

  /** A small message at the foot; an empty one takes it away. */
  toast(text) {
    this.#message = text;
    if (!this.#hushed) this.#showToast();
  }

  /** While photos are shown nothing else may move: messages wait until `hush(false)`. */
  hush(hushed) {
    this.#hushed = hushed;
    if (!hushed) this.#showToast();
  }

  #showToast() {
    if (this.#toast.textContent !== this.#message) this.#toast.textContent = this.#message;
    conceal(this.#toast, !this.#message);
  }

  /** A notice over everything; with `next` it has a button, and the promise resolves when it is pressed. */
  notice({ title, text, next }) {
    this.dismiss();
    const button = next ? h("button", { type: "button", class: "runner-button", textContent: next }) : null;
    const heading = h("h2", { id: "runner-notice-title", textContent: title });
    const words = h("p", { id: "runner-notice-text", textContent: text });
    const properties = {
      class: "runner-notice",
      role: "alertdialog",
      "aria-labelledby": heading.id,
      "aria-describedby": words.id,
      tabIndex: -1,
    };
    const panel = h("div", { class: "runner-panel" }, heading, words, button);
    this.#notice = h("div", properties, panel);
    this.#root.append(this.#notice);
    this.display.inert = true;
    (button ?? this.#notice).focus();
    return new Promise((resolve) => {
      button?.addEventListener("click", () => {
        this.dismiss();
        resolve();
      });
    });
  }

  dismiss() {
    this.#notice?.remove();
    this.#notice = null;
    this.display.inert = false;
  }
}
