/** Small stand-ins for the browser, and one trial and its words as the server sends them. */

/** A display that ticks by hand: `run()` calls back until nobody asks for another frame. */
export class FakeDisplay {
  #waiting = [];
  stamp = 1000;
  late = 0;

  constructor(refreshMs) {
    this.refreshMs = refreshMs;
    this.frame = (callback) => this.#waiting.push(callback);
    this.now = () => this.stamp + this.late;
  }

  /** `jank(tick)` gives how many refreshes this tick takes (1 is none missed) and how late its callback is. */
  run({ ticks = 10_000, jank = () => ({}) } = {}) {
    for (let tick = 0; tick < ticks && this.#waiting.length > 0; tick += 1) {
      const { refreshes = 1, late = 0.2 } = jank(tick);
      this.stamp += refreshes * this.refreshMs;
      this.late = late;
      for (const callback of this.#waiting.splice(0)) callback(this.stamp);
    }
  }
}

/** Notes what is shown and hidden. */
export class FakeStage {
  seen = [];

  enter(index) {
    this.seen.push(`+${index}`);
  }

  leave(index) {
    this.seen.push(`-${index}`);
  }
}

export function pairTrial(changes = {}) {
  return {
    code: "8c0d",
    number: 4,
    kind: "practice",
    feedback: true,
    prompt: "Which image had the fake colours?",
    slots: ["left", "right"],
    frames: [
      { kind: "blank", duration_ms: 900 },
      { kind: "images", duration_ms: 1000, images: [{ slot: "right", src: "/i/2f/" }] },
      { kind: "blank", duration_ms: 600 },
      { kind: "images", duration_ms: 1000, images: [{ slot: "left", src: "/i/91/" }] },
      { kind: "answer", duration_ms: null },
    ],
    answers: [
      { value: "left", label: "Left", keys: ["ArrowLeft", "f", "1"] },
      { value: "right", label: "Right", keys: ["ArrowRight", "j", "2"] },
    ],
    ...changes,
  };
}

/** The words of a design that asks for one of two pictures. */
export function pairWords(changes = {}) {
  return {
    noun: { one: "pair", many: "pairs", at: "Pair {number} of {total}", so_far: "{done} of {total} pairs are done." },
    pages: [
      {
        title: "Spot the fake colours",
        text: ["One of two has colours that a computer invented."],
        figure: { kind: "scenes", description: "Two drawings.", scenes: { left: "real", right: "invented" } },
      },
      {
        title: "Look closely",
        text: ["One photo appears {first}, then the other {second}, each for only {exposure}.", "You have {limit}: {prompt}"],
        figure: { kind: "course", description: "A drawing of the order.", scenes: { left: "real" } },
      },
      {
        title: "How to choose",
        text: [{ keyboard: "Press {keys}.", touch: "Tap the place." }],
        figure: { kind: "choices", description: "A drawing of two places.", scenes: {} },
      },
    ],
    practice: { one: "First comes one {things} for practice.", many: "First come {count} {things} for practice." },
    test: { one: "One {things} is left, which takes {time}.", many: "{count} {things} are left, which takes {time}." },
    captions: { real: "Real colours", invented: "Invented colours" },
    verdict: {
      right: "Right",
      wrong: "Wrong",
      neither: "",
      wrong_at: { left: "Wrong – it was on the left", right: "Wrong – it was on the right" },
      wrong_stacked: { left: "Wrong – it was at the top", right: "Wrong – it was at the bottom" },
    },
    ...changes,
  };
}

export function openState(changes = {}) {
  return {
    participation: "1b4e",
    title: "Which photo has the fake colours?",
    image_px: 256,
    break_every: 20,
    answer_limit_ms: null,
    progress: { done: 0, total: 54, practice: 10 },
    finished: false,
    words: pairWords(),
    trials: [pairTrial()],
    ...changes,
  };
}

/** A `fetch` that gives prepared replies in turn; an Error is thrown, and every call is noted. */
export function fakeFetch(...replies) {
  const calls = [];
  const fetch = async (url, options) => {
    calls.push({ url, options });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (reply instanceof Error) throw reply;
    return typeof reply === "function" ? reply() : reply;
  };
  return { fetch, calls };
}

export function jsonReply(status, body, headers = {}) {
  return () => new Response(JSON.stringify(body), { status, headers });
}

/** A storage as browsers have it. */
export class FakeStorage {
  #items = new Map();

  get length() {
    return this.#items.size;
  }

  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, String(value));
  }

  removeItem(key) {
    this.#items.delete(key);
  }
}
