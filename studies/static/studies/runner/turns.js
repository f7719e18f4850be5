/** Lets few requests run at a time, the one that is needed first first; more of them on a fast line. */

const FEWEST = 2;
const MOST = 4;
// A request that ends sooner leaves room for more of them; one that takes longer has the line for itself.
const FAST_MS = 500;
const SLOW_MS = 1500;

export class Turns {
  #now;
  #limit = FEWEST;
  #running = 0;
  #waiting = [];
  /** Names in the order in which they are needed; others come last. */
  order = [];

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** How many may run at a time now. */
  get limit() {
    return this.#limit;
  }

  /** Runs `work()` when it is its turn. */
  async take(name, work) {
    await new Promise((resolve) => {
      this.#waiting.push({ name, resolve });
      this.#next();
    });
    const began = this.#now();
    let came = false;
    try {
      const result = await work();
      came = true;
      return result;
    } finally {
      this.#running -= 1;
      this.#learn(came ? this.#now() - began : Infinity);
      this.#next();
    }
  }

  #learn(took) {
    if (took < FAST_MS) this.#limit = Math.min(MOST, this.#limit + 1);
    else if (took > SLOW_MS) this.#limit = FEWEST;
  }

  #next() {
    while (this.#running < this.#limit && this.#waiting.length > 0) {
      const place = ({ name }) => (this.order.indexOf(name) + 1 || Infinity);
      const first = this.#waiting.reduce((best, other) => (place(other) < place(best) ? other : best));
      this.#waiting.splice(this.#waiting.indexOf(first), 1);
      this.#running += 1;
      first.resolve();
    }
  }
}
