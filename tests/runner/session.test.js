import assert from "node:assert/strict";
import { test } from "node:test";

import { Session } from "../../studies/static/studies/runner/session.js";
import { parseState } from "../../studies/static/studies/runner/state.js";
import { openState, pairTrial } from "./fakes.js";

function state({ practice = 2, tests = 5, done = 0, every = 2, window = 99 } = {}) {
  const kinds = [...Array(practice).fill("practice"), ...Array(tests).fill("test")].slice(done);
  const trials = kinds.map((kind, i) => pairTrial({ code: `t${done + i}`, number: done + i + 1, kind }));
  const progress = { done, total: practice + tests, practice };
  return parseState(openState({ trials: trials.slice(0, window), progress, break_every: every, finished: !trials.length }));
}

/** Everything that a participant meets, in order. */
function story(options = {}, { reload = () => null } = {}) {
  const session = new Session(state(options));
  const met = [];
  while (session.next !== "finished" && met.length < 60) {
    const { next } = session;
    if (next === "trial") {
      const { total, practice } = session.progress;
      met.push(session.trial.code);
      const done = session.progress.done + 1;
      session.answered();
      session.acknowledged({ progress: { done, total, practice }, finished: done === total });
    } else if (next === "reload") {
      session.load(reload(session.progress.done));
    } else {
      met.push(next);
      session.shown(next);
    }
  }
  return met.join(" ");
}

test("instructions, practice, start of the test, breaks between tests, and no break at the end", () => {
  assert.equal(story(), "instructions t0 t1 test t2 t3 break t4 t5 break t6");
  assert.equal(story({ tests: 4 }), "instructions t0 t1 test t2 t3 break t4 t5");
});

test("without practice the test begins right after the instructions", () => {
  assert.equal(story({ practice: 0, tests: 2 }), "instructions t0 t1");
});

test("without breaks there are none", () => {
  assert.equal(story({ every: null, tests: 3 }), "instructions t0 t1 test t2 t3 t4");
});

test("who comes back is welcomed, not instructed again", () => {
  assert.equal(story({ done: 1 }), "welcome t1 test t2 t3 break t4 t5 break t6");
});

test("who comes back where a break or the start would be gets one screen, not two", () => {
  assert.equal(story({ done: 4, tests: 3 }), "welcome t4");
  assert.equal(story({ done: 2, tests: 1 }), "welcome t2");
});

test("a design that plans one trial at a time is asked again after each", () => {
  const met = story({ window: 1, tests: 2 }, { reload: (done) => state({ window: 1, tests: 2, done }) });
  assert.equal(met, "instructions t0 t1 test t2 t3");
});

test("answers that the server has not acknowledged count as done, and are counted once", () => {
  const session = new Session(state({ practice: 0 }));
  session.answered();
  session.answered();
  assert.deepEqual([session.progress.done, session.trial.code], [2, "t2"]);
  session.acknowledged({ progress: { done: 1, total: 5, practice: 0 }, finished: false });
  assert.equal(session.progress.done, 2);
  session.acknowledged({ progress: { done: 2, total: 5, practice: 0 }, finished: false });
  assert.equal(session.progress.done, 2);
});

test("a break comes where it is due, also while the line is down", () => {
  const session = new Session(state({ practice: 0, every: 2 }));
  session.shown("instructions");
  session.answered();
  assert.equal(session.next, "trial");
  session.answered();
  assert.equal(session.next, "break");
});

test("trials in the place of spoiled ones are announced once", () => {
  const session = new Session(state({ practice: 0, tests: 1, every: null }));
  session.shown("instructions");
  session.answered();
  session.acknowledged({ progress: { done: 1, total: 2, practice: 0 }, finished: false });
  assert.equal(session.next, "reload");
  session.load(state({ practice: 0, tests: 2, done: 1, every: null }));
  session.replaced();
  assert.equal(session.next, "more");
  session.shown("more");
  assert.equal(session.next, "trial");
});

test("pictures are wanted for the open trial and the next ones", () => {
  const session = new Session(state());
  assert.deepEqual(session.ahead(3).map(({ code }) => code), ["t0", "t1", "t2"]);
});

test("an empty finished state is the end", () => {
  assert.equal(new Session(state({ done: 7 })).next, "finished");
});
