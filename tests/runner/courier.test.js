import assert from "node:assert/strict";
import { test } from "node:test";

import { Courier } from "../../studies/static/studies/runner/courier.js";
import { RefusedError } from "../../studies/static/studies/runner/delivery.js";
import { Outbox } from "../../studies/static/studies/runner/outbox.js";
import { FakeStorage } from "./fakes.js";

const entry = (number) => ({ code: `t${number}`, number, sealed: { answer: "left" } });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A courier whose line answers when the test says so: `answer(reply)` or `refuse(status)`. */
function house({ storage = new FakeStorage() } = {}) {
  const posted = [];
  const open = [];
  const replies = [];
  const refusals = [];
  const post = (code, sealed) => {
    posted.push(code);
    return new Promise((resolve, reject) => open.push({ resolve, reject, sealed }));
  };
  const courier = new Courier({
    outbox: new Outbox("/p/1/", storage),
    post,
    onReply: ({ code }, reply) => replies.push([code, reply.stale]),
    onRefused: ({ code }, error) => refusals.push([code, error.status]),
  });
  const answer = async (reply = { stale: false }) => {
    open.shift().resolve(reply);
    await settled();
  };
  const refuse = async (status) => {
    open.shift().reject(new RefusedError(status, "no"));
    await settled();
  };
  return { courier, storage, posted, replies, refusals, answer, refuse };
}

test("an answer is kept before it is sent", () => {
  const { courier, storage, posted } = house();
  const { kept } = courier.send(entry(1));
  assert.equal(kept, true);
  assert.equal(new Outbox("/p/1/", storage).first.code, "t1");
  assert.deepEqual(posted, ["t1"]);
});

test("one request at a time, in order, and each answer leaves the storage when it is acknowledged", async () => {
  const { courier, storage, posted, replies, answer } = house();
  const sent = [1, 2, 3].map((number) => courier.send(entry(number)));
  assert.deepEqual(posted, ["t1"]);
  await answer();
  assert.deepEqual(posted, ["t1", "t2"]);
  assert.equal(courier.waiting, 2);
  await answer();
  await answer();
  assert.deepEqual(posted, ["t1", "t2", "t3"]);
  assert.deepEqual(replies.map(([code]) => code), posted);
  assert.deepEqual(await sent[2].reply, { stale: false });
  assert.equal(storage.length, 0);
});

test("idle means that nothing waits any more, also what came while it was sending", async () => {
  const { courier, answer } = house();
  await courier.idle();
  courier.send(entry(1));
  let idle = false;
  courier.idle().then(() => (idle = true));
  courier.send(entry(2));
  await answer();
  assert.equal(idle, false);
  await answer();
  assert.equal(idle, true);
});

test("after a reload the waiting answers are sent first, in order", async () => {
  const storage = new FakeStorage();
  const before = house({ storage });
  before.courier.send(entry(7));
  before.courier.send(entry(8));
  const after = house({ storage });
  const idle = after.courier.idle();
  await after.answer();
  await after.answer();
  await idle;
  assert.deepEqual(after.posted, ["t7", "t8"]);
  assert.equal(storage.length, 0);
});

test("an answer to a trial that is not open is dropped, and told", async () => {
  const { courier, storage, replies, answer } = house();
  const { reply } = courier.send(entry(1));
  await answer({ stale: true });
  assert.deepEqual(await reply, { stale: true });
  assert.deepEqual(replies, [["t1", true]]);
  assert.equal(storage.length, 0);
});

test("a refused answer is dropped, told, and does not hold up the next", async () => {
  const { courier, storage, posted, refusals, refuse } = house();
  courier.send(entry(1));
  courier.send(entry(2));
  await refuse(400);
  assert.deepEqual(refusals, [["t1", 400]]);
  assert.deepEqual(posted, ["t1", "t2"]);
  assert.equal(new Outbox("/p/1/", storage).size, 1);
});

test("an answer refused for a token that ran out is kept for one reload", async () => {
  const { courier, storage, refuse } = house();
  courier.send(entry(1));
  await refuse(403);
  assert.equal(courier.waiting, 1);
  const again = house({ storage });
  again.courier.idle();
  await again.refuse(403);
  assert.deepEqual(again.refusals, [["t1", 403]]);
  assert.equal(storage.length, 0);
});

test("once stopped it sends nothing more and says nothing", async () => {
  const { courier, posted, replies, answer } = house();
  courier.send(entry(1));
  courier.send(entry(2));
  courier.stop();
  await answer();
  assert.deepEqual([posted, replies], [["t1"], []]);
});
