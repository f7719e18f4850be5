/** Empties the outbox: in the order of trials, one answer at a time, each until the server has acknowledged it. */

import { RefusedError } from "./delivery.js";

// A token that has run out is renewed by a reload; anything else that is refused stays refused.
const RENEWABLE = 403;

export class Courier {
  #outbox;
  #post;
  #told;
  #waiting = new Map();
  #working = null;
  #stopped = false;

  /**
   * `post(code, sealed)` resolves with the server's reply, or `{ stale: true }`, or rejects with RefusedError.
   * `onReply(entry, reply)` hears of every reply, `onRefused(entry, error)` of every refusal.
   */
  constructor({ outbox, post, onReply = () => {}, onRefused = () => {} }) {
    this.#outbox = outbox;
    this.#post = post;
    this.#told = { onReply, onRefused };
  }

  /** How many answers the server has not acknowledged. */
  get waiting() {
    return this.#outbox.size;
  }

  /**
   * Takes an answer `{ code, number, sealed }`: it is kept before it is sent.
   *
   * `kept` says whether it would outlive the page; `reply` is a promise of the server's reply. It stays open when
   * the answer is refused: that is `onRefused`'s matter.
   */
  send(entry) {
    const kept = this.#outbox.add(entry);
    const reply = new Promise((resolve) => this.#waiting.set(entry.code, resolve));
    this.#start();
    return { kept, reply };
  }

  /** Sends what lies in the outbox; resolves when nothing waits any more. */
  idle() {
    this.#start();
    return this.#working ?? Promise.resolve();
  }

  /** Sends nothing more: another tab does. What is under way may still arrive; the server keeps the first. */
  stop() {
    this.#stopped = true;
  }

  #start() {
    if (this.#working || this.#stopped || this.#outbox.first === null) return;
    this.#working = this.#work();
  }

  async #work() {
    try {
      for (let entry = this.#outbox.first; entry !== null && !this.#stopped; entry = this.#outbox.first) {
        if (!(await this.#deliver(entry))) return;
      }
    } finally {
      this.#working = null;
    }
  }

  async #deliver(entry) {
    let reply;
    try {
      reply = await this.#post(entry.code, entry.sealed);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const again = error.status === RENEWABLE && !entry.refused;
      if (again) this.#outbox.add({ ...entry, refused: true });
      else this.#outbox.remove(entry.code);
      this.#told.onRefused(entry, error);
      return !again;
    }
    this.#outbox.remove(entry.code);
    if (this.#stopped) return false;
    this.#told.onReply(entry, reply);
    this.#waiting.get(entry.code)?.(reply);
    this.#waiting.delete(entry.code);
    return true;
  }
}
