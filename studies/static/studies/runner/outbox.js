/** Answers that the server has not acknowledged yet, kept where a reload or a crash cannot reach them. */

const PREFIX = "foolrate-answer:";

/** The browser's lasting storage, or null where there is none (some private modes, a full disk). */
export function lastingStorage(window_ = window) {
  try {
    const storage = window_.localStorage;
    storage.setItem(`${PREFIX}probe`, "1");
    storage.removeItem(`${PREFIX}probe`);
    return storage;
  } catch {
    return null;
  }
}

function readEntry(text) {
  try {
    const entry = JSON.parse(text);
    const usable = typeof entry?.code === "string" && Number.isInteger(entry.number) && typeof entry.sealed === "object";
    return usable ? entry : null;
  } catch {
    return null; // cut off, or not ours: the server still asks for that trial
  }
}

/**
 * The waiting answers of one participation: entries `{ code, number, sealed }`, each under a key of its own, so
 * that a tab which was just taken over and the one that took over cannot write over each other.
 *
 * Without `storage` they live as long as the page.
 */
export class Outbox {
  #storage;
  #prefix;
  #entries = new Map();

  constructor(participation, storage) {
    this.#storage = storage;
    this.#prefix = `${PREFIX}${participation}:`;
    for (const key of this.#keys()) {
      const entry = readEntry(storage.getItem(key));
      if (entry) this.#entries.set(entry.code, entry);
      else storage.removeItem(key);
    }
  }

  get size() {
    return this.#entries.size;
  }

  /** The waiting answer that comes first in the order of trials, or null. */
  get first() {
    return [...this.#entries.values()].sort((a, b) => a.number - b.number)[0] ?? null;
  }

  /** Keeps an answer; says whether it would outlive the page. */
  add(entry) {
    this.#entries.set(entry.code, entry);
    try {
      this.#storage?.setItem(this.#prefix + entry.code, JSON.stringify(entry));
      return this.#storage !== null;
    } catch {
      return false; // the storage is full, or was taken away in between
    }
  }

  /** The server has it, or does not want it. */
  remove(code) {
    this.#entries.delete(code);
    try {
      this.#storage?.removeItem(this.#prefix + code);
    } catch {
      // What stays is sent again after a reload, and the server keeps the first.
    }
  }

  /** Nothing of this participation stays on the device. */
  clear() {
    for (const code of [...this.#entries.keys()]) this.remove(code);
  }

  #keys() {
    if (this.#storage === null) return [];
    const all = Array.from({ length: this.#storage.length }, (_, i) => this.#storage.key(i));
    return all.filter((key) => key.startsWith(this.#prefix));
  }
}
