/** Fetches and decodes pictures ahead of their trials, and lets go of them afterwards. */

import { isPassing } from "./delivery.js";

const PAUSES_MS = [400, 1200, 3000];

/** `status` is the server's answer, or 0 where none came; `passing` says that trying again later may help. */
export class PictureError extends Error {
  constructor(message, { status = 0, passing = false } = {}) {
    super(message);
    this.status = status;
    this.passing = passing;
  }
}

/** The addresses of all pictures that a trial shows. */
export function sources(trial) {
  return [...new Set(trial.frames.flatMap((frame) => frame.images.map(({ src }) => src)))];
}

async function fetchPicture(src, { fetch, decode }) {
  let blob;
  try {
    const response = await fetch(src, { credentials: "same-origin" });
    const { status } = response;
    if (!response.ok) throw new PictureError(`The picture came with status ${status}`, { status, passing: isPassing(status) });
    blob = await response.blob();
  } catch (error) {
    if (error instanceof PictureError) throw error;
    throw new PictureError(`The picture did not come (${error?.message ?? error})`, { passing: true });
  }
  return decode(blob);
}

/** `decode(blob)` gives an ImageBitmap; `fetch` and `wait(ms)` are arguments for the tests. */
export class Pictures {
  #tools;
  #size;
  #held = new Map();

  constructor({ imagePx, fetch, decode, wait }) {
    this.#size = imagePx;
    this.#tools = { fetch, decode, wait };
  }

  /**
   * Frees what these trials do not show, and begins to load what the first `count` of them do: the server gives
   * out only the pictures of the next few trials that it knows to be open.
   */
  keep(trials, count = trials.length) {
    const wanted = new Set(trials.flatMap(sources));
    for (const src of trials.slice(0, count).flatMap(sources)) this.#hold(src);
    for (const [src, held] of this.#held) {
      if (wanted.has(src)) continue;
      this.#held.delete(src);
      held.then((bitmap) => bitmap.close?.()).catch(() => {}); // what never loaded needs no freeing
    }
  }

  /** A trial's decoded pictures by address; rejects with PictureError, and a later call tries again. */
  async ready(trial) {
    const addresses = sources(trial);
    const bitmaps = await Promise.all(addresses.map((src) => this.#hold(src)));
    return new Map(addresses.map((src, i) => [src, bitmaps[i]]));
  }

  #hold(src) {
    if (!this.#held.has(src)) {
      const loading = this.#load(src);
      this.#held.set(src, loading);
      loading.catch(() => {
        if (this.#held.get(src) === loading) this.#held.delete(src);
      });
    }
    return this.#held.get(src);
  }

  async #load(src) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const bitmap = await fetchPicture(src, this.#tools);
        if (bitmap.width === this.#size && bitmap.height === this.#size) return bitmap;
        const found = `${bitmap.width} x ${bitmap.height}`;
        throw new PictureError(`The picture has ${found} pixels instead of ${this.#size} x ${this.#size}`);
      } catch (error) {
        if (attempt >= PAUSES_MS.length) {
          throw error instanceof PictureError ? error : new PictureError(String(error?.message ?? error));
        }
        await this.#tools.wait(PAUSES_MS[attempt]);
      }
    }
  }
}
