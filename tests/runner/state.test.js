import assert from "node:assert/strict";
import { test } from "node:test";

import { persistent } from "../../studies/static/studies/runner/delivery.js";
import { ClosedError, fetchState, parseState, StateError } from "../../studies/static/studies/runner/state.js";
import { fakeFetch, jsonReply, openState, pairTrial, pairWords } from "./fakes.js";

test("a state as the contract says it is taken whole", () => {
  const state = parseState(openState());
  assert.equal(state.trials[0].frames.length, 5);
  assert.deepEqual(state.trials[0].frames[1].images, [{ slot: "right", src: "/i/2f/" }]);
  assert.deepEqual(state.progress, { done: 0, total: 54, practice: 10 });
  assert.deepEqual([state.trials[0].feedback, state.trials[0].more], [true, []]);
});

test("what the contract does not name is left behind", () => {
  const state = parseState(openState({ secret: 1, trials: [{ ...pairTrial(), key: "left" }] }));
  assert.equal("secret" in state, false);
  assert.equal("key" in state.trials[0], false);
});

test("a finished participation needs no trials, an unfinished one does", () => {
  assert.equal(parseState(openState({ finished: true, trials: [] })).finished, true);
  assert.throws(() => parseState(openState({ trials: [] })), /trials must be/);
});

test("slots are put in reading order", () => {
  const state = parseState(openState({ trials: [pairTrial({ slots: ["right", "left"] })] }));
  assert.deepEqual(state.trials[0].slots, ["left", "right"]);
  const images = [{ slot: "6", src: "/i/1/" }];
  const frames = [{ kind: "images", duration_ms: null, images }];
  const grid = parseState(openState({ trials: [pairTrial({ slots: ["6", "2", "1"], frames })] }));
  assert.deepEqual(grid.trials[0].slots, ["1", "2", "6"]);
});

const { frames, answers } = pairTrial();
const without = (index) => frames.filter((_, i) => i !== index);
const picture = (changes) => [frames[0], { ...frames[1], images: [{ slot: "left", src: "/i/1/", ...changes }] }, frames[4]];

for (const [name, spoiled, words] of [
  ["no code", { code: "" }, /code/],
  ["an unknown kind", { kind: "vigilance" }, /kind must be practice or test/],
  ["an unknown slot", { slots: ["left", "middle"] }, /slots/],
  ["the centre beside another slot", { slots: ["left", "centre"] }, /slots/],
  ["a place of a pair beside one of a grid", { slots: ["left", "1"] }, /slots/],
  ["a seventh slot", { slots: ["1", "7"] }, /slots/],
  ["the same slot twice", { slots: ["1", "1"] }, /slots/],
  ["no word on feedback", { feedback: undefined }, /feedback must be true or false/],
  ["a further question without a name", { more: [{ prompt: "Sure?", answers }] }, /more\[0\]\.name/],
  ["a further question without answers", { more: [{ name: "sure", prompt: "Sure?", answers: [] }] }, /more\[0\]\.answers/],
  ["no frames", { frames: [] }, /frames/],
  ["no open frame at the end", { frames: without(4) }, /frames\[3\]\.duration_ms must be null/],
  ["an open frame in the middle", { frames: [{ kind: "blank", duration_ms: null }, frames[4]] }, /frames\[0\]/],
  ["an answer frame in the middle", { frames: [{ kind: "answer", duration_ms: 10 }, frames[4]] }, /only the last frame/],
  ["a duration below zero", { frames: [{ kind: "blank", duration_ms: -1 }, frames[4]] }, /above 0/],
  ["a duration in words", { frames: [{ kind: "blank", duration_ms: "900" }, frames[4]] }, /above 0/],
  ["an unknown frame kind", { frames: [{ kind: "sound", duration_ms: 10 }, frames[4]] }, /kind/],
  ["noise over nothing", { frames: [{ kind: "noise", duration_ms: 30 }, frames[4]] }, /preceded by images/],
  ["a picture in a slot that is not there", { frames: picture({ slot: "centre" }) }, /one of the trial's slots/],
  ["a picture from elsewhere", { frames: picture({ src: "https://elsewhere.example/i/" }) }, /on this site/],
  ["a picture from elsewhere in disguise", { frames: picture({ src: "//elsewhere.example/i/" }) }, /on this site/],
  ["a script as a picture", { frames: picture({ src: "javascript:alert(1)" }) }, /on this site/],
  ["no answers", { answers: [] }, /answers/],
  ["two answers of one value", { answers: [answers[0], { ...answers[0], keys: [] }] }, /of its own/],
  ["one key for two answers", { answers: [answers[0], { ...answers[1], keys: ["F"] }] }, /free of keys/],
  ["no prompt", { prompt: "" }, /prompt/],
]) {
  test(`a trial with ${name} is refused, and the message says where`, () => {
    const state = openState({ trials: [pairTrial(), { ...pairTrial({ code: "other" }), ...spoiled }] });
    assert.throws(() => parseState(state), (error) => {
      assert.ok(error instanceof StateError);
      assert.match(error.message, /^trials\[1\]/);
      assert.match(error.message, words);
      return true;
    });
  });
}

for (const [name, spoiled] of [
  ["no participation", { participation: null }],
  ["a picture size of zero", { image_px: 0 }],
  ["a progress without practice", { progress: { done: 0, total: 54 } }],
  ["a limit of zero", { answer_limit_ms: 0 }],
  ["a break after every -1", { break_every: -1 }],
  ["the same trial twice", { trials: [pairTrial(), pairTrial()] }],
  ["finished in words", { finished: "no" }],
]) {
  test(`a state with ${name} is refused`, () => {
    assert.throws(() => parseState(openState(spoiled)), StateError);
  });
}

for (const [name, spoiled, words] of [
  ["no pages", { pages: [] }, /words\.pages must be/],
  ["a page without a title", { pages: [{ text: ["x"] }] }, /words\.pages\[0\]\.title/],
  ["a paragraph for one kind of input alone", { pages: [{ title: "x", text: [{ touch: "Tap" }] }] }, /text\[0\]\.keyboard/],
  ["an unknown figure", { pages: [{ title: "x", text: ["x"], figure: { kind: "film" } }] }, /figure\.kind/],
  ["a scene that is no name", { pages: [{ title: "x", text: ["x"], figure: { kind: "course", description: "x", scenes: { left: "a b" } } }] }, /scenes/],
  ["no name for its rounds", { noun: {} }, /words\.noun\.one/],
]) {
  test(`words with ${name} are refused, and the message says where`, () => {
    assert.throws(() => parseState(openState({ words: pairWords(spoiled) })), (error) => {
      assert.ok(error instanceof StateError);
      assert.match(error.message, words);
      return true;
    });
  });
}

test("breaks after every 0 are none", () => {
  assert.equal(parseState(openState({ break_every: 0 })).break_every, null);
});

const patient = (fetch) => persistent({ fetch, wait: async () => {} });

test("the state is fetched afresh, again after troubles", async () => {
  const { fetch, calls } = fakeFetch(new TypeError("down"), jsonReply(503, {}), jsonReply(200, openState()));
  const state = await fetchState("/p/1b4e/state/", patient(fetch));
  assert.equal(state.trials.length, 1);
  assert.deepEqual([calls.length, calls[2].options.cache], [3, "no-store"]);
});

for (const status of [404, 409, 410]) {
  test(`a state that answers ${status} is closed, with the server's words`, async () => {
    const { fetch } = fakeFetch(jsonReply(status, { error: "This study is closed." }));
    await assert.rejects(fetchState("/p/1b4e/state/", patient(fetch)), (error) => {
      assert.ok(error instanceof ClosedError);
      assert.equal(error.message, "This study is closed.");
      return true;
    });
  });
}
