import assert from "node:assert/strict";
import { test } from "node:test";

import { lastingStorage, Outbox } from "../../studies/static/studies/runner/outbox.js";
import { FakeStorage } from "./fakes.js";

const entry = (number, changes = {}) => ({ code: `t${number}`, number, sealed: { answer: "left" }, ...changes });

test("a kept answer is there again after a reload, and gone once it is acknowledged", () => {
  const storage = new FakeStorage();
  assert.equal(new Outbox("/p/1/", storage).add(entry(3)), true);
  const after = new Outbox("/p/1/", storage);
  assert.deepEqual(after.first, entry(3));
  after.remove("t3");
  assert.equal(new Outbox("/p/1/", storage).size, 0);
});

test("answers come out in the order of their trials, whenever they were kept", () => {
  const storage = new FakeStorage();
  const outbox = new Outbox("/p/1/", storage);
  for (const number of [11, 9, 10]) outbox.add(entry(number));
  const met = [];
  for (const again = new Outbox("/p/1/", storage); again.first; again.remove(again.first.code)) met.push(again.first.number);
  assert.deepEqual(met, [9, 10, 11]);
});

test("each participation has an outbox of its own", () => {
  const storage = new FakeStorage();
  new Outbox("/p/1/", storage).add(entry(1));
  assert.equal(new Outbox("/p/2/", storage).size, 0);
  assert.equal(new Outbox("/p/1/", storage).size, 1);
});

test("the tab that took over and the one that was taken over do not write over each other", () => {
  const storage = new FakeStorage();
  const [old, taking] = [new Outbox("/p/1/", storage), new Outbox("/p/1/", storage)];
  old.add(entry(1));
  taking.add(entry(2));
  old.remove("t1");
  assert.equal(new Outbox("/p/1/", storage).first.number, 2);
});

test("without storage, or with a full one, answers live as long as the page and are not called kept", () => {
  const none = new Outbox("/p/1/", null);
  assert.equal(none.add(entry(1)), false);
  assert.equal(none.first.number, 1);
  const full = new FakeStorage();
  full.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const outbox = new Outbox("/p/1/", full);
  assert.equal(outbox.add(entry(1)), false);
  outbox.remove("t1");
  assert.equal(outbox.first, null);
});

test("what was cut off or is not ours is thrown away", () => {
  const storage = new FakeStorage();
  storage.setItem("foolrate-answer:/p/1/:t1", '{"code": "t1", "num');
  storage.setItem("foolrate-answer:/p/1/:t2", "null");
  assert.equal(new Outbox("/p/1/", storage).size, 0);
  assert.equal(storage.length, 0);
});

test("a browser that forbids storage has none", () => {
  const forbidding = Object.defineProperty({}, "localStorage", {
    get() {
      throw new DOMException("denied", "SecurityError");
    },
  });
  assert.equal(lastingStorage(forbidding), null);
  const storage = new FakeStorage();
  assert.equal(lastingStorage({ localStorage: storage }), storage);
  assert.equal(storage.length, 0);
});

test("who withdraws leaves none of the waiting answers on the device, and another's stay", async () => {
  const storage = new FakeStorage();
  for (const participation of ["/p/1/state/", "/p/2/state/"]) {
    for (const number of [1, 2]) new Outbox(participation, storage).add(entry(number));
  }
  globalThis.window = { localStorage: storage };
  globalThis.document = { getElementById: (id) => (id === "withdrawn" ? { dataset: { stateUrl: "/p/1/state/" } } : null) };
  try {
    await import("../../studies/static/studies/withdrawn.js");
  } finally {
    delete globalThis.window;
    delete globalThis.document;
  }
  assert.equal(new Outbox("/p/1/state/", storage).size, 0);
  assert.equal(new Outbox("/p/2/state/", storage).size, 2);
  assert.equal(storage.length, 2);
});
