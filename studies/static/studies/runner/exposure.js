/** Plays a trial's frames in animation frames: what is due changes in the callback, never by a timer. */

import { FrameWalk } from "./frames.js";

const MEASURED_FRAMES = 30;

/** The browser's animation frames and its fine clock. */
export const browserClock = {
  frame: (callback) => requestAnimationFrame(callback),
  now: () => performance.now(),
};

/** Feeds the meter about thirty animation frames; resolves with the refresh period in ms. */
export function measureRefresh(meter, clock = browserClock) {
  return new Promise((resolve) => {
    const tick = (stamp) => {
      meter.add(stamp);
      if (meter.count < MEASURED_FRAMES) {
        clock.frame(tick);
      } else {
        meter.pause();
        resolve(meter.period);
      }
    };
    clock.frame(tick);
  });
}

/**
 * Plays `frames` on a stage (`enter(index)`, `leave(index)`).
 *
 * `onOpen(onsetNow)` is called when the last, open frame begins. Call `finish()` once there is an answer, and before
 * that `hold()` if other answers are awaited after the one that the limit is for.
 * `done` resolves with the frames' measurements and whether the answer limit ran out.
 */
export function play(frames, { stage, meter, answerLimitMs = null, onOpen, clock = browserClock }) {
  const refreshMs = meter.period;
  const walk = new FrameWalk(frames, { refreshMs, answerLimitMs });
  let settle;
  const done = new Promise((resolve) => (settle = resolve));
  let over = false;

  const end = (expired) => {
    if (over) return;
    over = true;
    meter.pause();
    settle({ frames: walk.report, refreshMs, expired });
  };
  let expired = false;
  const tick = (stamp) => {
    const now = clock.now();
    if (over) return;
    meter.add(stamp);
    const step = walk.tick(stamp, now);
    if (step.leave !== null) stage.leave(step.leave);
    if (step.enter !== null) {
      stage.enter(step.enter);
      if (frames[step.enter].duration_ms === null) onOpen(now);
    }
    if (step.expired) {
      expired = true;
      finish();
    }
    if (step.over) end(expired);
    else clock.frame(tick);
  };
  const finish = () => {
    // Pictures that are still on are taken off, and measured, in an animation frame too.
    if (frames[walk.index]?.kind === "images") walk.close();
    else end(expired);
  };
  clock.frame(tick);
  return { done, finish, hold: () => walk.hold() };
}
