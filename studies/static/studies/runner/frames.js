/** The timing of a trial's frames, without a browser: clocks go in, decisions and measurements come out. */

/** A refresh period that nobody has measured yet: 60 Hz. */
export const USUAL_REFRESH_MS = 1000 / 60;

// No display is as fast as this. Two frames that are nearer belong to one refresh: some browsers make up for a late
// frame at once, and a trial of few frames would otherwise take that for the period.
const SHORTEST_PERIOD_MS = 1;

// Some seconds: long enough that a spell of load does not pass for a slower display.
const KEPT_INTERVALS = 240;

/** Milliseconds with at most three decimals: browsers offer no finer clock. */
export function ms(value) {
  return Math.round(value * 1000) / 1000;
}

/**
 * Estimates the display's refresh period from recent animation frames.
 *
 * Under load most intervals are two or three periods long, so neither their mean nor their median is one: the
 * shortest tenth says what one period is about, and all intervals near it are averaged (some clocks have steps of a ms).
 */
export class RefreshMeter {
  #intervals = [];
  #last = null;

  add(stamp) {
    if (this.#last !== null) {
      if (stamp >= this.#last && stamp - this.#last < SHORTEST_PERIOD_MS) return;
      if (stamp > this.#last) this.#intervals.push(stamp - this.#last);
      if (this.#intervals.length > KEPT_INTERVALS) this.#intervals.shift();
    }
    this.#last = stamp;
  }

  /** Forget the last stamp: what lies between two runs of animation frames is no interval. */
  pause() {
    this.#last = null;
  }

  get count() {
    return this.#intervals.length;
  }

  get period() {
    if (this.#intervals.length === 0) return USUAL_REFRESH_MS;
    const sorted = [...this.#intervals].sort((x, y) => x - y);
    const about = sorted[Math.floor(sorted.length / 10)];
    const single = sorted.filter((interval) => Math.abs(interval - about) < about / 4);
    return single.reduce((sum, interval) => sum + interval, 0) / single.length;
  }
}

/** Whether a duration ends at this tick: it is nearer to this refresh than to the next one. */
export function isDue(elapsedMs, plannedMs, refreshMs) {
  return elapsedMs >= plannedMs - refreshMs / 2;
}

/** How many animation frames are missing between two consecutive time stamps. */
export function missedBetween(earlier, later, refreshMs) {
  return Math.max(0, Math.round((later - earlier) / refreshMs) - 1);
}

/**
 * Walks through the frames of one trial, one tick an animation frame.
 *
 * `tick(stamp, now)` says what to hide and what to show in that very callback. The frame's time stamp
 * decides; `now` is kept beside it because a late callback does not show in its own stamp.
 */
export class FrameWalk {
  #frames;
  #refresh;
  #limit;
  #index = -1;
  #onset = null;
  #previousStamp = null;
  #dropped = 0;
  #closing = false;
  #report = [];

  constructor(frames, { refreshMs = USUAL_REFRESH_MS, answerLimitMs = null } = {}) {
    this.#frames = frames;
    this.#refresh = refreshMs;
    this.#limit = answerLimitMs;
  }

  get index() {
    return this.#index;
  }

  /** Onset of the frame that is on, on the callback clock. */
  get onsetNow() {
    return this.#onset?.now ?? null;
  }

  /** The answer that the limit is for has come, and others are awaited: the limit runs out no more. */
  hold() {
    this.#limit = null;
  }

  /** The open frame has its answers: leave it at the next tick. */
  close() {
    this.#closing = true;
  }

  /** What was measured: one entry for each images and noise frame that is over. */
  get report() {
    return this.#report;
  }

  tick(stamp, now) {
    const step = { leave: null, enter: null, expired: false, over: false };
    if (this.#index < 0) return this.#enter(0, stamp, now, step);
    this.#dropped += missedBetween(this.#previousStamp, stamp, this.#refresh);
    this.#previousStamp = stamp;
    const planned = this.#frames[this.#index].duration_ms;
    const elapsed = stamp - this.#onset.stamp;
    if (planned === null) {
      if (this.#closing) return this.#leave(stamp, now, step);
      step.expired = this.#limit !== null && isDue(elapsed, this.#limit, this.#refresh);
      return step;
    }
    return isDue(elapsed, planned, this.#refresh) ? this.#leave(stamp, now, step) : step;
  }

  #enter(index, stamp, now, step) {
    this.#index = index;
    this.#onset = { stamp, now };
    this.#previousStamp = stamp;
    this.#dropped = 0;
    return { ...step, enter: index };
  }

  #leave(stamp, now, step) {
    const index = this.#index;
    const { kind, duration_ms: planned } = this.#frames[index];
    if (kind === "images" || kind === "noise") {
      // A callback later than a whole period misses the refresh that its own stamp promises.
      const late = Math.max(0, Math.floor((now - stamp) / this.#refresh));
      this.#report.push({
        index,
        planned_ms: planned,
        onset_stamp: ms(this.#onset.stamp),
        onset_now: ms(this.#onset.now),
        offset_stamp: ms(stamp),
        offset_now: ms(now),
        dropped: this.#dropped + late,
      });
    }
    const left = { ...step, leave: index };
    if (index + 1 === this.#frames.length) return { ...left, over: true };
    return this.#enter(index + 1, stamp, now, left);
  }
}

/** The report of a display that never misses a refresh: what simulated trials deliver. */
export function idealReport(frames, { refreshMs = USUAL_REFRESH_MS, start = 0, answerAfterMs = 0 } = {}) {
  const walk = new FrameWalk(frames, { refreshMs });
  for (let tick = 0; ; tick += 1) {
    const stamp = start + tick * refreshMs;
    const step = walk.tick(stamp, stamp);
    if (step.over) return walk.report;
    const open = frames[walk.index].duration_ms === null;
    if (open && frames[walk.index].kind === "answer") return walk.report;
    if (open && stamp - walk.onsetNow >= answerAfterMs) walk.close();
  }
}
