/** What comes next in a participation: a screen, a trial, fresh state from the server, or the end. */

export class Session {
  #state;
  #queue = [];
  #greeted = false;
  #lastKind = null;
  #breakTakenAt = null;
  #startShown = false;

  constructor(state) {
    this.load(state);
  }

  load(state) {
    this.#state = state;
    this.#queue = [...state.trials];
  }

  get state() {
    return this.#state;
  }

  get progress() {
    return this.#state.progress;
  }

  get trial() {
    return this.#queue[0] ?? null;
  }

  /** The trials whose pictures should lie ready: the open one and those right after it. */
  ahead(count) {
    return this.#queue.slice(0, count);
  }

  /** `finished`, `reload`, `trial`, or the screen that is due: `instructions`, `welcome`, `test`, `break`. */
  get next() {
    if (this.#state.finished) return "finished";
    if (!this.trial) return "reload";
    if (!this.#greeted) return this.progress.done === 0 ? "instructions" : "welcome";
    if (this.#testBegins()) return "test";
    if (this.#breakIsDue()) return "break";
    return "trial";
  }

  /** The participant has seen the screen that was due. */
  shown(screen) {
    this.#greeted = true;
    if (screen === "test") this.#startShown = true;
    // Who has just come back, or just begun the test, needs no break on top.
    this.#breakTakenAt = this.progress.done;
  }

  /** The server has recorded the answer to the open trial. */
  recorded({ progress, finished }) {
    this.#lastKind = this.trial.kind;
    this.#queue.shift();
    this.#state = { ...this.#state, progress, finished };
  }

  #testBegins() {
    return !this.#startShown && this.#lastKind === "practice" && this.trial.kind === "test";
  }

  #breakIsDue() {
    const { break_every: every, progress } = this.#state;
    const tests = progress.done - progress.practice;
    if (!every || this.trial.kind !== "test" || this.#breakTakenAt === progress.done) return false;
    return tests > 0 && tests % every === 0;
  }
}
