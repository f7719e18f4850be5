import assert from "node:assert/strict";
import { test } from "node:test";

import { describe, pagesFor } from "../../studies/static/studies/runner/screens.js";
import { answerFace } from "../../studies/static/studies/runner/stage.js";
import { parseState } from "../../studies/static/studies/runner/state.js";
import { duration, ENGLISH, withTranslation } from "../../studies/static/studies/runner/texts.js";
import { openState, pairTrial } from "./fakes.js";

function pages(screen, { changes = {}, layout = "row", touchOnly = false } = {}) {
  const state = parseState(openState(changes));
  return pagesFor(screen, { state, trial: state.trials[0], layout, texts: ENGLISH, touchOnly });
}

const words = (list) => list.flatMap(({ title, paragraphs }) => [title, ...paragraphs]).join(" ");

test("instructions are three short pages that name the study's exposure, task and practice", () => {
  const list = pages("instructions");
  assert.equal(list.length, 3);
  assert.match(words(list), /colours that a computer invented/);
  assert.match(words(list), /one second/);
  assert.match(words(list), /on the left, then the other on the right/);
  assert.match(words(list), /10 pairs for practice/);
  assert.equal(list.at(-1).next, "Start practice");
  for (const { paragraphs } of list) assert.ok(paragraphs.join(" ").length < 330);
});

test("stacked on a touch screen they speak of top and bottom, and of no keys", () => {
  const text = words(pages("instructions", { layout: "column", touchOnly: true }));
  assert.match(text, /at the top, then the other at the bottom/);
  assert.doesNotMatch(text, /Press/);
});

test("stacked with a keyboard they name the vertical arrows", () => {
  assert.match(words(pages("instructions", { layout: "column" })), /Press ↑ or ↓/);
});

test("photos that appear together, or stay until the answer, are described so", () => {
  const images = [{ slot: "left", src: "/i/1/" }, { slot: "right", src: "/i/2/" }];
  const together = [{ kind: "images", duration_ms: 500, images }, { kind: "answer", duration_ms: null }];
  assert.match(words(pages("instructions", { changes: { trials: [pairTrial({ frames: together })] } })), /together and stay for only half a second/);
  const open = [{ kind: "images", duration_ms: null, images }];
  assert.match(words(pages("instructions", { changes: { trials: [pairTrial({ frames: open })] } })), /stay until you have chosen/);
});

test("an answer limit is announced, no practice is not", () => {
  const changes = { answer_limit_ms: 3000, progress: { done: 0, total: 40, practice: 0 } };
  const text = words(pages("instructions", { changes }));
  assert.match(text, /three seconds to choose/);
  assert.doesNotMatch(text, /practice/);
  assert.match(text, /40 pairs/);
});

test("any other task gets general instructions with its own question", () => {
  const changes = { task: "preference", trials: [pairTrial({ prompt: "Which looks more natural?" })] };
  const list = pages("instructions", { changes });
  assert.equal(list.length, 1);
  assert.match(words(list), /“Which looks more natural\?”/);
  assert.doesNotMatch(words(list), /fake|invented/);
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

test("instructions speak the page's language", () => {
  const state = parseState(openState());
  const texts = withTranslation({ looking: { title: "Schau genau hin" }, example: { play: "Abspielen" } });
  const list = pagesFor("instructions", { state, trial: state.trials[0], layout: "row", texts, touchOnly: false, language: "de" });
  assert.equal(list[1].title, "Schau genau hin");
});

test("a pair is told from other trials by its slots and answers", () => {
  const [trial] = parseState(openState()).trials;
  assert.deepEqual(describe(trial), { pair: true, sequential: true, exposureMs: 1000, seconds: 6 });
  const single = pairTrial({
    slots: ["centre"],
    frames: [{ kind: "images", duration_ms: 500, images: [{ slot: "centre", src: "/i/1/" }] }, { kind: "answer", duration_ms: null }],
    answers: [{ value: "real", label: "Real", keys: ["f"] }, { value: "fake", label: "Fake", keys: ["j"] }],
  });
  assert.equal(describe(parseState(openState({ trials: [single] })).trials[0]).pair, false);
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
