import assert from "node:assert/strict";
import { test } from "node:test";

import { Begun } from "../../studies/static/studies/runner/begun.js";
import { FakeStorage } from "./fakes.js";

/** A page of one participation; the storage outlives it. */
const page = (storage) => new Begun("/p/1/", storage);

test("a trial that was never shown says 0, and how often it was shown after each reload", () => {
  const storage = new FakeStorage();
  for (const before of [0, 1, 2]) {
    const begun = page(storage);
    assert.equal(begun.begin("t1"), before);
    begun.shown();
    begun.leave();
  }
});

test("a page that was left before the first photo has shown nothing", () => {
  const storage = new FakeStorage();
  const first = page(storage);
  first.begin("t1");
  first.leave();
  assert.equal(page(storage).begin("t1"), 0);
});

test("a page that was left before the first photo keeps what was shown earlier", () => {
  const storage = new FakeStorage();
  const first = page(storage);
  first.begin("t1");
  first.shown();
  first.leave();
  const second = page(storage);
  second.begin("t1");
  second.leave();
  assert.equal(page(storage).begin("t1"), 1);
});

test("a crash counts as shown, whenever it came", () => {
  const storage = new FakeStorage();
  page(storage).begin("t1");
  assert.equal(page(storage).begin("t1"), 1);
});

test("once the server has the answer nothing is kept", () => {
  const storage = new FakeStorage();
  const begun = page(storage);
  begun.begin("t1");
  begun.shown();
  begun.forget("t1");
  begun.leave();
  assert.equal(storage.length, 0);
});

test("participations and trials are kept apart, and what was kept can be cleared", () => {
  const storage = new FakeStorage();
  storage.setItem("other", "stays");
  const begun = page(storage);
  begun.begin("t1");
  begun.shown();
  assert.equal(begun.begin("t2"), 0);
  assert.equal(new Begun("/p/2/", storage).begin("t1"), 0);
  begun.clear();
  assert.equal(begun.begin("t1"), 0);
  assert.equal(storage.getItem("other"), "stays");
});

test("what is no number counts for nothing, and without storage nobody knows", () => {
  const storage = new FakeStorage();
  storage.setItem("foolrate-begun:/p/1/:t1", "-3x");
  assert.equal(page(storage).begin("t1"), 0);
  const begun = page(null);
  assert.equal(begun.begin("t1"), null);
  begun.shown();
  begun.forget("t1");
  begun.clear();
  begun.leave();
});

test("a tab that was taken over does not take back what the other one has shown", () => {
  const storage = new FakeStorage();
  const first = page(storage);
  first.begin("t1");
  const second = page(storage);
  second.begin("t1");
  second.shown();
  first.leave();
  assert.equal(page(storage).begin("t1"), 2);
});
