/** Logs what may spoil a trial: the tab hidden, the focus lost, the window resized, full screen left. */

import { ms } from "./frames.js";

export const MOST_EVENTS = 100;

export class EventLog {
  #window;
  #document;
  #now;
  #events = [];
  #size;

  constructor(window_ = window, document_ = document, now = () => performance.now()) {
    this.#window = window_;
    this.#document = document_;
    this.#now = now;
    this.#size = this.#measure();
    document_.addEventListener("visibilitychange", () => this.#add("visibility", document_.visibilityState));
    window_.addEventListener("blur", () => this.#add("focus", "lost"));
    window_.addEventListener("focus", () => this.#add("focus", "gained"));
    window_.addEventListener("resize", () => this.#resized());
    document_.addEventListener("fullscreenchange", () =>
      this.#add("fullscreen", document_.fullscreenElement ? "on" : "off"),
    );
  }

  /** A trial begins: forget what was before, but not that the page is out of sight or focus. */
  begin() {
    this.#events = [];
    this.#size = this.#measure();
    if (this.#document.visibilityState === "hidden") this.#add("visibility", "hidden");
    if (!this.#document.hasFocus()) this.#add("focus", "lost");
  }

  /** The trial's events so far. */
  take() {
    return [...this.#events];
  }

  #measure() {
    const { innerWidth, innerHeight, devicePixelRatio } = this.#window;
    return `${innerWidth}x${innerHeight}@${ms(devicePixelRatio)}`;
  }

  #resized() {
    const size = this.#measure();
    if (size === this.#size) return;
    this.#size = size;
    this.#add("resize", size);
  }

  #add(type, value) {
    const at = ms(this.#now());
    if (this.#events.length < MOST_EVENTS - 1) this.#events.push({ type, value, at });
    else if (this.#events.length === MOST_EVENTS - 1) {
      this.#events.push({ type: "truncated", value: String(MOST_EVENTS), at });
    }
  }
}
