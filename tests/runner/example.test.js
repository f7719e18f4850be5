import assert from "node:assert/strict";
import { test } from "node:test";

import { captionOf, courseOf, playCourse } from "../../studies/static/studies/runner/example.js";
import { parseTrial } from "../../studies/static/studies/runner/state.js";
import { ENGLISH } from "../../studies/static/studies/runner/texts.js";
import { pairTrial } from "./fakes.js";

const course = (frames) => courseOf(parseTrial(pairTrial(frames ? { frames } : {})));
const seen = (steps) => steps.map(({ kind, slots }) => `${kind} ${slots.join("+")}`);
const both = [{ slot: "left", src: "/i/1/" }, { slot: "right", src: "/i/2/" }];

test("a sequential pair: dot and photo at one place, then at the other, then the choice", () => {
  assert.deepEqual(seen(course()), ["dots left", "photos left", "dots right", "photos right", "choose left+right"]);
});

test("a simultaneous pair with a mask: both at once, one step for all masks, and no blank before the choice", () => {
  const mask = { kind: "noise", duration_ms: 30 };
  const frames = [
    { kind: "blank", duration_ms: 900 },
    { kind: "images", duration_ms: 500, images: both },
    mask, mask, mask, mask,
    { kind: "blank", duration_ms: 200 },
    { kind: "answer", duration_ms: null },
  ];
  const steps = course(frames);
  assert.deepEqual(seen(steps), ["dots left+right", "photos left+right", "mask left+right", "choose left+right"]);
  assert.equal(steps[2].ms, 120);
});

test("photos that stay until the answer are there when it is given", () => {
  const steps = course([{ kind: "blank", duration_ms: 900 }, { kind: "images", duration_ms: null, images: both }]);
  assert.deepEqual(seen(steps), ["dots left+right", "photos left+right"]);
});

test("captions say what and for how long, in the decimals of the language", () => {
  const [dot, photo, , , choice] = course();
  const lines = [dot, photo, choice].map((step) => captionOf(step, ENGLISH, "en"));
  assert.deepEqual(lines, [["A dot"], ["One photo", "1\u202fs"], ["You choose"]]);
  assert.equal(captionOf({ kind: "photos", slots: ["left", "right"], ms: 500 }, ENGLISH, "de").at(-1), "0,5\u202fs");
  const all = ["1", "2", "3"].map((_, i, slots) => captionOf({ kind: "photos", slots: slots.slice(0, i + 1), ms: null }, ENGLISH, "en"));
  assert.deepEqual(all, [["One photo", "You choose"], ["Both photos", "You choose"], ["All photos", "You choose"]]);
});

test("the example keeps the trial's own times", async () => {
  const told = [];
  await playCourse(course(), { show: (index) => told.push(index), wait: async (ms) => told.push(`${ms} ms`) });
  assert.deepEqual(told, [0, "900 ms", 1, "1000 ms", 2, "600 ms", 3, "1000 ms", 4, "1500 ms", null]);
});
