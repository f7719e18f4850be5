import assert from "node:assert/strict";
import test from "node:test";
import { inputKind, moreFacts, obstacle, planFor, touchOnly } from "../../studies/static/studies/checks/measure.js";

const none = () => false;
const only = (...true_) => (query) => true_.includes(query);
const choices = (...values) => values.map((value) => ({ value, label: value, keys: [] }));
const asked = (slots, answers = slots) => ({
  slots,
  prompt: "Which picture had the fake colours?",
  answers: choices(...answers),
  more: [],
});
const windowOf = (innerWidth, innerHeight) => ({ innerWidth, innerHeight, devicePixelRatio: 1 });
const plan256 = (width, height, trial = asked(["left", "right"])) => planFor(windowOf(width, height), 256, trial);

test("a finger alone is touch, and a mouse beside it is not", () => {
  assert.equal(touchOnly(none), true);
  assert.equal(touchOnly(only("(any-pointer: fine)")), false);
  assert.equal(inputKind(none, 5), "touch");
  assert.equal(inputKind(only("(any-hover: hover)"), 5), "either");
  assert.equal(inputKind(only("(any-hover: hover)"), 0), "keyboard");
});

test("a phone shows both pictures whole, one below the other", () => {
  const plan = plan256(375, 667);
  assert.equal(plan.fits, true);
  assert.equal(plan.kind, "column");
});

test("a window that is too small says what would do", () => {
  const plan = plan256(375, 300);
  assert.equal(plan.fits, false);
  assert.ok(plan.needs[0].width > 512);
});

test("one picture, and six of them, ask for the room that they take with their answers", () => {
  const single = asked(["centre"], ["real", "fake"]);
  assert.equal(plan256(375, 380, single).fits, true);
  assert.equal(plan256(375, 300, single).fits, false);
  const six = asked(["1", "2", "3", "4", "5", "6"]);
  assert.equal(plan256(375, 667, six).fits, false);
  assert.equal(plan256(1440, 800, six).kind, "grid");
  const scaled = { ...single, more: [{ ...single, answers: choices("1", "2", "3", "4", "5"), distinct: false }] };
  assert.equal(plan256(375, 380, scaled).fits, false);
});

test("only what the study requires stands in the way", () => {
  const small = plan256(200, 200);
  assert.equal(obstacle({ plan: small, touch: false, required: false, noTouch: false }), "");
  assert.equal(obstacle({ plan: small, touch: false, required: true, noTouch: false }), "small");
  assert.equal(obstacle({ plan: small, touch: true, required: true, noTouch: true }), "touch");
  const large = plan256(1440, 800);
  assert.equal(obstacle({ plan: large, touch: true, required: true, noTouch: false }), "");
});

test("zoom and dynamic range are among the facts", () => {
  const screen = { availWidth: 1920, availHeight: 1040 };
  const facts = moreFacts({ innerWidth: 960, outerWidth: 1920, screen }, only("(dynamic-range: high)"));
  assert.equal(facts.zoom, 2);
  assert.equal(facts.dynamic_range, "high");
});
