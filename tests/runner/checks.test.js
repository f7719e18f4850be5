import assert from "node:assert/strict";
import test from "node:test";
import { inputKind, moreFacts, obstacle, planFor, touchOnly } from "../../studies/static/studies/checks/measure.js";

const none = () => false;
const only = (...true_) => (query) => true_.includes(query);
const trial = { imagePx: 256, slots: ["left", "right"], prompt: "Which picture had the fake colours?" };
const windowOf = (innerWidth, innerHeight) => ({ innerWidth, innerHeight, devicePixelRatio: 1 });

test("a finger alone is touch, and a mouse beside it is not", () => {
  assert.equal(touchOnly(none), true);
  assert.equal(touchOnly(only("(any-pointer: fine)")), false);
  assert.equal(inputKind(none, 5), "touch");
  assert.equal(inputKind(only("(any-hover: hover)"), 5), "either");
  assert.equal(inputKind(only("(any-hover: hover)"), 0), "keyboard");
});

test("a phone shows both pictures whole, one below the other", () => {
  const plan = planFor(windowOf(375, 667), trial);
  assert.equal(plan.fits, true);
  assert.equal(plan.kind, "column");
});

test("a window that is too small says what would do", () => {
  const plan = planFor(windowOf(375, 300), trial);
  assert.equal(plan.fits, false);
  assert.ok(plan.needs[0].width > 512);
});

test("only what the study requires stands in the way", () => {
  const small = planFor(windowOf(200, 200), trial);
  assert.equal(obstacle({ plan: small, touch: false, required: false, noTouch: false }), "");
  assert.equal(obstacle({ plan: small, touch: false, required: true, noTouch: false }), "small");
  assert.equal(obstacle({ plan: small, touch: true, required: true, noTouch: true }), "touch");
  const large = planFor(windowOf(1440, 800), trial);
  assert.equal(obstacle({ plan: large, touch: true, required: true, noTouch: false }), "");
});

test("zoom and dynamic range are among the facts", () => {
  const screen = { availWidth: 1920, availHeight: 1040 };
  const facts = moreFacts({ innerWidth: 960, outerWidth: 1920, screen }, only("(dynamic-range: high)"));
  assert.equal(facts.zoom, 2);
  assert.equal(facts.dynamic_range, "high");
});
