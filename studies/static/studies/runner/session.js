/** What comes next in a participation: a screen, a trial, fresh state from the server, or the end. */

export class Session {
  #state;
  #queue = [];
  #greeted = false;
  #lastKind = null;
  #breakTakenAt = null;
  #startShown = false;
  #unacknowledged = 0;
  #moreAt = null;

  constructor(state) {
    this.load(state);
  }

  /** Fresh state from the server, which has every answer. */
  load(state) {
    this.#state = state;
    this.#queue = [...state.trials];
    this.#unacknowledged = 0;
  }

  get state() {
    return this.#state;
  }

  /** How far the participant is, with the answers that the server has not acknowledged yet. */
  get progress() {
    const { done, total, practice } = this.#state.progress;
    return { done: Math.min(total, done + this.#unacknowledged), total, practice };
  }

  get trial() {
    return this.#queue[0] ?? null;
  }

  /** The trials whose pictures should lie ready: the open one and those right after it. */
  ahead(count) {
    return this.#queue.slice(0, count);
  }

  /**
   * `finished`, `reload`, `trial`, or the screen that is due: `instructions`, `welcome`, `test`, `break`, `more`.
   *
   * `reload` means that the list of trials is used up: the server says what comes then, once it has all answers.
   */
  get next() {
    if (this.#state.finished) return "finished";
    if (!this.trial) return "reload";
    if (!this.#greeted) return this.progress.done === 0 ? "instructions" : "welcome";
    if (this.#testBegins()) return "test";
    if (this.#moreAt === this.progress.done) return "more";
    if (this.#breakIsDue()) return "break";
    return "trial";
  }

  /** The participant has seen the screen that was due. */
  shown(screen) {
    this.#greeted = true;
    this.#moreAt = null;
    if (screen === "test") this.#startShown = true;
    // Who has just come back, or just begun the test, needs no break on top.
    this.#breakTakenAt = this.progress.done;
  }

  /** The open trial is answered; the server may hear of it later. */
  answered() {
    this.#lastKind = this.trial.kind;
    this.#queue.shift();
    this.#unacknowledged += 1;
  }

  /** The server has an answer. */
  acknowledged({ progress, finished }) {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - 1);
    this.#state = { ...this.#state, progress, finished };
  }

  /** The trials that are to come take the place of spoiled ones: say so before they begin. */
  replaced() {
    this.#moreAt = this.progress.done;
  }

  #testBegins() {
    return !this.#startShown && this.#lastKind === "practice" && this.trial.kind === "test";
  }

  #breakIsDue() {
    const { break_every: every } = this.#state;
    const { progress } = this;
    const tests = progress.done - progress.practice;
    if (!every || this.trial.kind !== "test" || this.#breakTakenAt === progress.done) return false;
    return tests > 0 && tests % every === 0;
  }
}
