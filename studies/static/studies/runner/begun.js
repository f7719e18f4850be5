/** Which trials have begun to show their photos, kept where a reload or a crash cannot reach it. */

const PREFIX = "foolrate-begun:";

function readCount(text) {
  const count = Number.parseInt(text ?? "", 10);
  return count > 0 ? count : 0;
}

/**
 * The trials of one participation whose photos have been on the screen, and how often, until they are answered.
 *
 * A trial is written down before its first photo, as nothing may be written while photos are shown, and taken back
 * when the page is left before that photo came. A crash in between counts as shown. Without `storage` nobody knows.
 */
export class Begun {
  #storage;
  #prefix;
  #open = null;

  constructor(participation, storage) {
    this.#storage = storage;
    this.#prefix = `${PREFIX}${participation}:`;
  }

  /** A trial begins; says how often its photos had begun to be shown before, or null where nobody knows. */
  begin(code) {
    if (this.#storage === null) return null;
    const before = this.#count(code);
    this.#open = { code, before };
    this.#write(code, before + 1);
    return before;
  }

  /** The first photo of the trial that has begun is on. */
  shown() {
    this.#open = null;
  }

  /** The server has its answer. */
  forget(code) {
    this.#write(code, 0);
  }

  /** Nothing of this participation stays on the device. */
  clear() {
    if (this.#storage === null) return;
    const all = Array.from({ length: this.#storage.length }, (_, i) => this.#storage.key(i));
    for (const key of all) if (key.startsWith(this.#prefix)) this.#storage.removeItem(key);
  }

  /** The page is left. */
  leave() {
    // Another tab may have shown the trial meanwhile: its showing stays.
    if (this.#open && this.#count(this.#open.code) === this.#open.before + 1) {
      this.#write(this.#open.code, this.#open.before);
    }
    this.#open = null;
  }

  #count(code) {
    return readCount(this.#storage.getItem(this.#prefix + code));
  }

  #write(code, count) {
    try {
      if (count > 0) this.#storage?.setItem(this.#prefix + code, String(count));
      else this.#storage?.removeItem(this.#prefix + code);
    } catch {
      // The storage is full, or was taken away in between: nobody is stopped for this.
    }
  }
}
