/** Fetches and decodes pictures ahead of their trials, few at a time and in their order, and lets go of them afterwards. */

import { isPassing, pauseBefore, retryAfter } from "./delivery.js";
import { Turns } from "./turns.js";

// Only these many tries where trying again should not help: a broken picture, or one that the server does not give.
const TRIES = 4;
// A request that brings nothing for so long is given up; each further try has more patience, for slow servers.
const PATIENCE_MS = 8000;
const MOST_PATIENCE_MS = 30_000;

/** `status` is the server's answer, or 0 where none came; `passing` says that trying again later may help. */
export class PictureError extends Error {
  constructor(message, { status = 0, passing = false, retryAfter: seconds = null } = {}) {
    super(message);
    this.status = status;
    this.passing = passing;
    this.retryAfter = seconds;
  }
}

/** The addresses of all pictures that a trial shows. */
export function sources(trial) {
  return [...new Set(trial.frames.flatMap((frame) => frame.images.map(({ src }) => src)))];
}

/** The bytes of a reply; `heard()` is told whenever some of them come. */
async function bodyOf(response, heard) {
  // A copy is listened to: a body that a script itself reads in parts is `cancelled` in Chromium's log.
  const listen = async (reader) => {
    while (!(await reader.read()).done) heard();
  };
  const copy = response.clone().body.getReader();
  const [bytes] = await Promise.all([response.arrayBuffer(), listen(copy)]);
  return bytes;
}

/** One picture on its way: tried again until it is there, or until that cannot help. */
class Loading {
  #src;
  #tools;
  #stop = null;
  #nudge = () => {};
  #hurry = false;
  #dropped = false;

  constructor(src, tools) {
    this.#src = src;
    this.#tools = tools;
    this.bitmap = this.#load();
    this.done = false;
    this.bitmap.then(
      () => (this.done = true),
      () => {}, // whoever awaits it hears of it
    );
  }

  /** Tries anew at once, whatever it waits for. */
  again() {
    this.#hurry = true;
    this.#stop?.abort();
    this.#nudge();
  }

  drop() {
    this.#dropped = true;
    this.again();
    this.bitmap.then((bitmap) => bitmap.close?.()).catch(() => {}); // what never loaded needs no freeing
  }

  async #load() {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#try(attempt);
      } catch (problem) {
        const error = problem instanceof PictureError ? problem : new PictureError(String(problem?.message ?? problem));
        if (this.#dropped || (!error.passing && attempt >= TRIES - 1)) throw error;
        await this.#pause(attempt, error);
        if (this.#hurry) attempt = -1;
        this.#hurry = false;
      }
    }
  }

  async #pause(attempt, error) {
    if (this.#hurry) return;
    const { onTrouble, random, wait } = this.#tools;
    onTrouble(this.#src, error);
    const nudged = new Promise((resolve) => (this.#nudge = resolve));
    await Promise.race([wait(pauseBefore(attempt, random, error.retryAfter)), nudged]);
  }

  async #try(attempt) {
    const { turns, decode, imagePx } = this.#tools;
    const bytes = await turns.take(this.#src, () => this.#fetch(attempt));
    const bitmap = await decode(bytes, this.#src);
    if (bitmap.width === imagePx && bitmap.height === imagePx) return bitmap;
    const found = `${bitmap.width} x ${bitmap.height}`;
    throw new PictureError(`The picture has ${found} pixels instead of ${imagePx} x ${imagePx}`);
  }

  async #fetch(attempt) {
    if (this.#dropped) throw new PictureError("nobody waits for it any more");
    const stop = new AbortController();
    this.#stop = stop;
    let timer = null;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), Math.min(MOST_PATIENCE_MS, PATIENCE_MS * 2 ** attempt));
    };
    try {
      heard();
      const response = await this.#tools.fetch(this.#src, { credentials: "same-origin", signal: stop.signal });
      const { status } = response;
      if (!response.ok) {
        const facts = { status, passing: isPassing(status), retryAfter: retryAfter(response) };
        throw new PictureError(`The picture came with status ${status}`, facts);
      }
      return await bodyOf(response, heard);
    } catch (error) {
      if (error instanceof PictureError) throw error;
      throw new PictureError(`The picture did not come (${error?.message ?? error})`, { passing: true });
    } finally {
      clearTimeout(timer);
      this.#stop = null;
    }
  }
}

/**
 * `decode(bytes, src)` gives an ImageBitmap of what came over the line; `onTrouble(src, error)` is told before each
 * further try. `fetch`, `wait(ms)` and `random` are arguments for the tests.
 */
export class Pictures {
  #tools;
  #turns = new Turns();
  #held = new Map();

  constructor({ imagePx, fetch, decode, wait, random = Math.random, onTrouble = () => {} }) {
    this.#tools = { imagePx, fetch, decode, wait, random, onTrouble, turns: this.#turns };
  }

  /**
   * Frees what these trials do not show, and begins to load what the first `count` of them do: the server gives
   * out only the pictures of the next few trials that it knows to be open.
   */
  keep(trials, count = trials.length) {
    const wanted = new Set(trials.flatMap(sources));
    this.#turns.order = [...wanted];
    for (const [src, held] of this.#held) {
      if (wanted.has(src)) continue;
      this.#held.delete(src);
      held.drop();
    }
    for (const src of trials.slice(0, count).flatMap(sources)) this.#hold(src);
  }

  /** A trial's decoded pictures by address; rejects with PictureError, and a later call tries again. */
  async ready(trial) {
    const addresses = sources(trial);
    const bitmaps = await Promise.all(addresses.map((src) => this.#hold(src).bitmap));
    return new Map(addresses.map((src, i) => [src, bitmaps[i]]));
  }

  /** Gives up what is under way for a trial, and asks for it anew at once. */
  again(trial) {
    for (const src of sources(trial)) {
      const held = this.#held.get(src);
      if (held && !held.done) held.again();
    }
  }

  #hold(src) {
    if (!this.#held.has(src)) {
      const loading = new Loading(src, this.#tools);
      this.#held.set(src, loading);
      loading.bitmap.catch(() => {
        if (this.#held.get(src) === loading) this.#held.delete(src);
      });
    }
    return this.#held.get(src);
  }
}
