import assert from "node:assert/strict";
import { test } from "node:test";

import { answerFace, columnsOf, isScale, offeredBy, roomOf, wordsBeneath } from "../../studies/static/studies/runner/answers.js";
import { describe, pagesFor } from "../../studies/static/studies/runner/screens.js";
import { parseState } from "../../studies/static/studies/runner/state.js";
import { duration, ENGLISH } from "../../studies/static/studies/runner/texts.js";
import { parseWords, verdictOf } from "../../studies/static/studies/runner/words.js";
import { openState, pairTrial, pairWords } from "./fakes.js";

function pages(screen, { changes = {}, layout = "row", touchOnly = false } = {}) {
  const state = parseState(openState(changes));
  return pagesFor(screen, { state, trial: state.trials[0], layout, texts: ENGLISH, touchOnly });
}

const words = (list) => list.flatMap(({ title, paragraphs }) => [title, ...paragraphs]).join(" ");

test("instructions are the pages of the design's words, with the study's exposure, question, limit and practice", () => {
  const list = pages("instructions", { changes: { answer_limit_ms: 3000 } });
  assert.deepEqual(list.map(({ title }) => title), ["Spot the fake colours", "Look closely", "How to choose"]);
  assert.match(words(list), /on the left, then the other on the right, each for only one second/);
  assert.match(words(list), /three seconds: Which image had the fake colours\?/);
  assert.match(words(list), /First come 10 pairs for practice/);
  assert.equal(list.at(-1).next, "Start practice");
  assert.deepEqual(list.map(({ figure }) => typeof figure), ["function", "function", "function"]);
});

test("stacked on a touch screen they speak of top and bottom, and of no keys", () => {
  const text = words(pages("instructions", { layout: "column", touchOnly: true }));
  assert.match(text, /at the top, then the other at the bottom/);
  assert.match(text, /Tap the place/);
  assert.doesNotMatch(text, /Press/);
});

test("with a keyboard they name its keys, and the vertical arrows where slots are stacked", () => {
  assert.match(words(pages("instructions")), /Press ← or →/);
  assert.match(words(pages("instructions", { layout: "column" })), /Press ↑ or ↓/);
});

test("without practice they say how many rounds there are", () => {
  const changes = { progress: { done: 0, total: 40, practice: 0 } };
  const list = pages("instructions", { changes });
  assert.doesNotMatch(words(list), /practice/);
  assert.match(words(list), /There are 40 pairs\. That takes about 4 minutes\./);
  assert.equal(list.at(-1).next, "Start");
});

test("a question after the first takes its time, too", () => {
  const sure = { name: "sure", prompt: "Sure?", answers: [{ value: "no", label: "No", keys: [] }] };
  const [plain, asked] = [pairTrial(), pairTrial({ more: [sure] })].map((trial) => describe(parseState(openState({ trials: [trial] })).trials[0]));
  assert.deepEqual([plain, asked.seconds], [{ exposureMs: 1000, seconds: 6 }, 8.5]);
});

test("breaks count test pairs, the welcome counts all", () => {
  const changes = { progress: { done: 30, total: 54, practice: 10 } };
  assert.match(words(pages("break", { changes })), /20 of 44/);
  assert.match(words(pages("welcome", { changes })), /30 of 54/);
  assert.match(words(pages("test", { changes: { progress: { done: 10, total: 54, practice: 10 } } })), /44 pairs are left, which takes about \d+ minutes/);
});

test("trials in the place of spoiled ones are explained before they come", () => {
  const text = words(pages("more", { changes: { progress: { done: 54, total: 55, practice: 10 } } }));
  assert.match(text, /One more pair takes its place/);
});

test("what is said after an answer is the design's: by the marked place, and nothing where nothing is right", () => {
  const said = parseWords(pairWords());
  const verdict = (right, marked, layout = "row") => verdictOf({ right, marked }, said, layout);
  assert.equal(verdict(true, ["left"]), "Right");
  assert.equal(verdict(false, ["left"]), "Wrong – it was on the left");
  assert.equal(verdict(false, ["right"], "column"), "Wrong – it was at the bottom");
  assert.equal(verdict(false, []), "Wrong");
  assert.equal(verdict(null, ["left"]), "");
});

const numbers = (count) => Array.from({ length: count }, (_, i) => ({ value: String(i + 1), label: String(i + 1), keys: [String(i + 1)] }));

test("five numbers or more are a scale; fewer, or words, are buttons", () => {
  assert.deepEqual([4, 5, 9].map((count) => isScale(numbers(count))), [false, true, true]);
  assert.equal(isScale(numbers(5).map((one) => ({ ...one, value: `v${one.value}` }))), false);
  assert.equal(columnsOf(numbers(9), 320), 9);
});

test("words stand beneath the ends of a scale, its middle where that has some, or all of its points", () => {
  const worded = (count, words) => numbers(count).map((one) => ({ ...one, label: words[one.value] ?? one.label }));
  assert.deepEqual(wordsBeneath(worded(9, { 1: "Bad", 9: "Excellent" })), ["Bad", "Excellent"]);
  assert.deepEqual(wordsBeneath(worded(9, { 1: "Bad", 5: "Fair", 9: "Excellent" })), ["Bad", "Fair", "Excellent"]);
  assert.deepEqual(wordsBeneath(worded(5, { 1: "a", 2: "b", 3: "c", 4: "d", 5: "e" })), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(wordsBeneath(worded(6, { 3: "no middle" })), ["", ""]);
});

test("buttons take the lines that they need, evenly filled", () => {
  assert.deepEqual([4, 3, 2].map((count) => columnsOf(numbers(count), 375)), [2, 2, 2]);
  assert.deepEqual([4, 3].map((count) => columnsOf(numbers(count), 1440)), [4, 3]);
});

test("the room for the answers is that of the tallest question, whichever comes first", () => {
  const trial = (more) => parseState(openState({ trials: [pairTrial({ more })] })).trials[0];
  const sure = { name: "sure", prompt: "How sure are you of what you have just said of the two?", answers: numbers(4) };
  assert.equal(roomOf(trial([])).answersHeight(375), 0);
  assert.equal(roomOf(trial([sure])).answersHeight(375), 128);
  assert.equal(roomOf(trial([sure])).answersHeight(1440), 64);
  assert.equal(roomOf(trial([sure])).prompt, sure.prompt);
});

test("where another one is asked for, what was answered before is not offered", () => {
  const values = (question, given) => offeredBy(question, given).map(({ value }) => value);
  assert.deepEqual(values({ answers: numbers(3), distinct: true }, ["2"]), ["1", "3"]);
  assert.deepEqual(values({ answers: numbers(3), distinct: false }, ["2"]), ["1", "2", "3"]);
});

test("buttons say left and right side by side, upper and lower when stacked, with fitting keys", () => {
  const [left, right] = pairTrial().answers;
  assert.deepEqual(answerFace(left, "row", ENGLISH), { label: "Left", keys: ["←", "F"] });
  assert.deepEqual(answerFace(right, "column", ENGLISH), { label: "Lower", keys: ["↓", "J"] });
  assert.deepEqual(answerFace({ value: "real", label: "Real", keys: ["f"] }, "single", ENGLISH), { label: "Real", keys: ["F"] });
});

test("durations are spelt as people say them", () => {
  assert.deepEqual([1000, 500, 300, 100, 1500].map((time) => duration(time)), ["one second", "half a second", "0.3 seconds", "0.1 seconds", "1.5 seconds"]);
});
