/** Takes one answer by keyboard, mouse, touch or pen, and only while the answer frame is on. */

const STACKED_KEYS = ["ArrowUp", "ArrowDown"];

const normal = (key) => (key.length === 1 ? key.toLowerCase() : key);

/** Which key means which answer; in a stacked layout the vertical arrows mean the upper and the lower slot. */
export function keyTable(answers, slots, layout) {
  const table = new Map();
  for (const { value, keys } of answers) {
    for (const key of keys) table.set(normal(key), value);
  }
  if (layout === "column" && slots.length === STACKED_KEYS.length) {
    slots.forEach((slot, i) => {
      const offered = answers.some(({ value }) => value === slot);
      if (offered && !table.has(STACKED_KEYS[i])) table.set(STACKED_KEYS[i], slot);
    });
  }
  return table;
}

/** Answers with `{ value, input, rtMs }` through `onAnswer`, once. */
export class AnswerGate {
  #keys;
  #onAnswer;
  #openedAt = null;
  #answered = false;
  #pressed = new Map();

  constructor({ keys, onAnswer }) {
    this.#keys = keys;
    this.#onAnswer = onAnswer;
  }

  /** The answer frame is on since `now` (the clock of event time stamps). */
  open(now) {
    this.#openedAt = now;
  }

  /** Nothing is accepted any more. */
  close() {
    this.#answered = true;
  }

  keydown(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const value = this.#keys.get(normal(event.key));
    if (value === undefined) return;
    event.preventDefault(); // arrow keys would scroll
    if (!event.repeat) this.#take(value, "keyboard", event.timeStamp);
  }

  /** The press counts for the time, the release on the same button for the decision: a slip can be taken back. */
  pointerdown(value, event) {
    if (event.isPrimary === false || event.button > 0) return;
    this.#pressed.set(value, { at: event.timeStamp, input: event.pointerType });
  }

  click(value, event) {
    const press = this.#pressed.get(value);
    this.#pressed.clear();
    if (press && event.detail !== 0) this.#take(value, press.input || "mouse", press.at);
    else this.#take(value, event.pointerType || "keyboard", event.timeStamp); // Enter, or an assistive tool
  }

  #take(value, input, at) {
    if (this.#answered || this.#openedAt === null || at < this.#openedAt) return;
    this.#answered = true;
    const known = ["keyboard", "mouse", "touch", "pen"].includes(input) ? input : "mouse";
    this.#onAnswer({ value, input: known, rtMs: at - this.#openedAt });
  }

  /** Listens on the window and the answers' buttons; returns what stops it. */
  listen(target, buttons) {
    const stops = [];
    const on = (element, type, handler, options) => {
      element.addEventListener(type, handler, options);
      stops.push(() => element.removeEventListener(type, handler, options));
    };
    on(target, "keydown", (event) => this.keydown(event), { capture: true });
    for (const [value, button] of buttons) {
      on(button, "pointerdown", (event) => this.pointerdown(value, event));
      on(button, "click", (event) => this.click(value, event));
    }
    return () => stops.forEach((stop) => stop());
  }
}
