import assert from "node:assert/strict";
import { test } from "node:test";

import { measureRefresh, play } from "../../studies/static/studies/runner/exposure.js";
import { FrameWalk, idealReport, isDue, missedBetween, RefreshMeter, USUAL_REFRESH_MS } from "../../studies/static/studies/runner/frames.js";
import { FakeDisplay, FakeStage, pairTrial } from "./fakes.js";

const RATES = [60, 90, 120, 144];

function meterAt(refreshMs) {
  const meter = new RefreshMeter();
  for (let i = 0; i <= 30; i += 1) meter.add(i * refreshMs);
  meter.pause();
  return meter;
}

/** Plays a trial on a fake display and answers as soon as the answer frame is on. */
async function played(frames, { hertz = 60, jank, answerLimitMs = null, answer = true } = {}) {
  const display = new FakeDisplay(1000 / hertz);
  const stage = new FakeStage();
  let openedAt = null;
  const player = play(frames, {
    stage,
    meter: meterAt(1000 / hertz),
    clock: display,
    answerLimitMs,
    onOpen: (now) => {
      openedAt = now;
      if (answer) queueMicrotask(() => player.finish());
    },
  });
  // Microtasks run between animation frames in a browser; here after the fake ticks.
  display.run({ jank, ticks: answer && answerLimitMs === null ? 2000 : 20_000 });
  await Promise.resolve();
  display.run({ ticks: 3 });
  return { ...(await player.done), stage, openedAt, display };
}

for (const hertz of RATES) {
  for (const exposure of [1000, 500, 100]) {
    test(`at ${hertz} Hz pictures of ${exposure} ms stay for the nearest whole number of refreshes`, async () => {
      const { frames } = pairTrial();
      const planned = frames.map((frame) => (frame.kind === "images" ? { ...frame, duration_ms: exposure } : frame));
      const { frames: report } = await played(planned, { hertz });
      const nearest = (Math.round((exposure * hertz) / 1000) * 1000) / hertz;
      assert.deepEqual(report.map(({ index }) => index), [1, 3]);
      for (const entry of report) {
        assert.ok(Math.abs(entry.offset_stamp - entry.onset_stamp - nearest) < 0.01);
        assert.ok(Math.abs(entry.offset_now - entry.onset_now - nearest) < 0.01);
        assert.equal(entry.dropped, 0);
        assert.equal(entry.planned_ms, exposure);
      }
    });
  }
}

test("frames follow each other without a gap: what ends and what begins share a callback", async () => {
  const { stage } = await played(pairTrial().frames);
  assert.deepEqual(stage.seen, ["+0", "-0", "+1", "-1", "+2", "-2", "+3", "-3", "+4"]);
});

test("missing refreshes in an exposure are counted and do not shift its end", async () => {
  const { frames: [first, second] } = await played(pairTrial().frames, {
    jank: (tick) => ({ refreshes: tick === 70 ? 4 : 1 }), // inside the first exposure
  });
  assert.equal(first.dropped, 3);
  assert.ok(Math.abs(first.offset_stamp - first.onset_stamp - 1000) < 0.01);
  assert.equal(second.dropped, 0);
});

test("a stall over the end of an exposure makes it long, and says so", async () => {
  const { frames: [first] } = await played(pairTrial().frames, {
    jank: (tick) => ({ refreshes: tick === 113 ? 8 : 1 }), // the end is due at tick 114
  });
  assert.ok(first.offset_stamp - first.onset_stamp > 1050);
  assert.equal(first.dropped, 7);
});

test("a late callback counts as dropped frames although its stamp is on time", async () => {
  const { frames: [first] } = await played(pairTrial().frames, {
    jank: (tick) => ({ late: tick === 114 ? 58 : 0.2 }),
  });
  assert.ok(Math.abs(first.offset_stamp - first.onset_stamp - 1000) < 0.01);
  assert.ok(first.offset_now - first.onset_now > 1057);
  assert.equal(first.dropped, 3);
});

test("a little jitter of the callbacks drops nothing", async () => {
  const { frames } = await played(pairTrial().frames, { jank: (tick) => ({ late: (tick % 7) * 1.5 }) });
  assert.deepEqual(frames.map(({ dropped }) => dropped), [0, 0]);
});

test("a duration ends at the refresh that lies nearest to it", () => {
  const period = USUAL_REFRESH_MS;
  assert.equal(isDue(59 * period, 1000, period), false);
  assert.equal(isDue(60 * period, 1000, period), true);
  assert.equal(isDue(1 * period, 30, period), false); // 30 ms: two refreshes of 60 Hz
  assert.equal(isDue(2 * period, 30, period), true);
  assert.equal(missedBetween(0, period * 1.4, period), 0);
  assert.equal(missedBetween(0, period * 3, period), 2);
});

test("every frame is shown for at least one refresh, however short", async () => {
  const frames = [
    { kind: "images", duration_ms: 2, images: [] },
    { kind: "noise", duration_ms: 2, images: [] },
    { kind: "answer", duration_ms: null, images: [] },
  ];
  const { frames: report } = await played(frames);
  for (const entry of report) assert.ok(Math.abs(entry.offset_stamp - entry.onset_stamp - 1000 / 60) < 0.01);
});

test("noise frames are reported, blanks and the answer frame are not", async () => {
  const noise = { kind: "noise", duration_ms: 30, images: [] };
  const [blank, image, , , answer] = pairTrial().frames;
  const { frames: report } = await played([blank, image, noise, noise, answer]);
  assert.deepEqual(report.map(({ index }) => index), [1, 2, 3]);
});

test("an open frame with pictures is left, and measured, in an animation frame after the answer", async () => {
  const [blank, image] = pairTrial().frames;
  const { frames: [report], stage } = await played([blank, { ...image, duration_ms: null }]);
  assert.equal(report.planned_ms, null);
  assert.ok(report.offset_stamp > report.onset_stamp);
  assert.deepEqual(stage.seen, ["+0", "-0", "+1", "-1"]);
});

test("the answer limit ends the trial by itself, with the pictures' report", async () => {
  const { expired, frames, display, openedAt } = await played(pairTrial().frames, { answer: false, answerLimitMs: 2000 });
  assert.equal(expired, true);
  assert.equal(frames.length, 2);
  assert.ok(display.stamp - openedAt < 2060);
});

test("the refresh period is the median: a few stalls do not move it", async () => {
  const display = new FakeDisplay(1000 / 120);
  const meter = new RefreshMeter();
  const measured = measureRefresh(meter, display);
  display.run({ jank: (tick) => ({ refreshes: tick % 6 === 3 ? 9 : 1 }) });
  assert.ok(Math.abs((await measured) - 1000 / 120) < 1e-6);
});

test("under load most frames come late, and the period is still that of the display", () => {
  const meter = new RefreshMeter();
  let stamp = 0;
  for (let i = 0; i < 120; i += 1) meter.add((stamp += (i % 5 === 0 ? 1 : 3) * (1000 / 60)));
  assert.ok(Math.abs(meter.period - 1000 / 60) < 1e-6);
});

test("a clock with steps of a millisecond is averaged out", () => {
  const meter = new RefreshMeter();
  for (let i = 0; i < 120; i += 1) meter.add(Math.round((i * 1000) / 60));
  assert.ok(Math.abs(meter.period - 1000 / 60) < 0.1);
});

test("two frames at once are one refresh, also where a trial has few frames", () => {
  const meter = new RefreshMeter();
  let stamp = 0;
  for (const step of [16.7, 0.02, 16.68, 0.03, 16.67]) meter.add((stamp += step));
  assert.ok(Math.abs(meter.period - 1000 / 60) < 0.1, `${meter.period}`);
});

test("a window that moves to a slower display is measured anew", () => {
  const meter = meterAt(1000 / 120);
  for (let i = 0; i <= 240; i += 1) meter.add(1000 + (i * 1000) / 60);
  assert.ok(Math.abs(meter.period - 1000 / 60) < 1e-6);
});

test("an unmeasured display is taken for 60 Hz, and a pause is no interval", () => {
  const meter = new RefreshMeter();
  assert.equal(meter.period, USUAL_REFRESH_MS);
  meter.add(0);
  meter.pause();
  meter.add(5000);
  assert.equal(meter.count, 0);
});

test("a simulated report is that of a display that misses nothing", () => {
  const report = idealReport(pairTrial().frames, { start: 100 });
  assert.deepEqual(report.map(({ index, dropped }) => [index, dropped]), [[1, 0], [3, 0]]);
  assert.ok(Math.abs(report[0].onset_now - 1000) < 10);
  const [open] = idealReport([{ kind: "images", duration_ms: null, images: [] }], { answerAfterMs: 400 });
  assert.ok(open.offset_now - open.onset_now >= 400);
});

test("a walk does not depend on how often the display ticks before its first frame", () => {
  const walk = new FrameWalk([{ kind: "answer", duration_ms: null, images: [] }]);
  assert.equal(walk.onsetNow, null);
  assert.equal(walk.tick(500, 501).enter, 0);
  assert.equal(walk.onsetNow, 501);
});
