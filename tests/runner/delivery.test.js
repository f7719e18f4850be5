import assert from "node:assert/strict";
import { test } from "node:test";

import { makeDelivery, pauseBefore, persistent, RefusedError } from "../../studies/static/studies/runner/delivery.js";
import { fakeFetch, jsonReply } from "./fakes.js";

const RECORDED = { received: "2026-11-21T10:00:00Z", progress: { done: 4, total: 54, practice: 10 }, finished: false, feedback: null };
const DOWN = new TypeError("Failed to fetch");

function courier(...replies) {
  const { fetch, calls } = fakeFetch(...replies);
  const pauses = [];
  const troubles = [];
  let recovered = 0;
  const request = persistent({
    fetch,
    random: () => 0.5,
    wait: async (ms) => pauses.push(ms),
    onTrouble: (attempt) => troubles.push(attempt),
    onRecovered: () => (recovered += 1),
  });
  const deliver = makeDelivery({ request, csrf: () => "token" });
  return { deliver, calls, pauses, troubles, recovered: () => recovered };
}

test("an answer is one POST with the token, as JSON", async () => {
  const { deliver, calls, troubles } = courier(jsonReply(201, RECORDED));
  const reply = await deliver("8c/0d", { answer: "left" });
  assert.equal(calls.length, 1);
  assert.equal(calls[0].url, "/t/8c%2F0d/response/");
  assert.equal(calls[0].options.method, "POST");
  assert.equal(calls[0].options.headers["X-CSRFToken"], "token");
  assert.deepEqual(JSON.parse(calls[0].options.body), { answer: "left" });
  assert.deepEqual(reply.progress, RECORDED.progress);
  assert.deepEqual([reply.stale, reply.finished, reply.feedback], [false, false, null]);
  assert.deepEqual(troubles, []);
});

test("a 200 for an answer that was there already is as good as a 201", async () => {
  const { deliver } = courier(jsonReply(200, { ...RECORDED, finished: true }));
  assert.equal((await deliver("a", {})).finished, true);
});

test("feedback is passed on", async () => {
  const { deliver } = courier(jsonReply(201, { ...RECORDED, feedback: { right: false, captions: { right: "Invented colours" }, marked: ["right"], show_ms: 2400 } }));
  assert.deepEqual((await deliver("a", {})).feedback, {
    right: false, captions: { right: "Invented colours" }, marked: ["right"], showMs: 2400,
  });
});

test("feedback where nothing is right or wrong says neither", async () => {
  const { deliver } = courier(jsonReply(201, { ...RECORDED, feedback: { right: null, captions: {}, marked: [], show_ms: 10 } }));
  assert.equal((await deliver("a", {})).feedback.right, null);
});

test("a spoiled trial is told; where the server says nothing of it, it was not", async () => {
  const { deliver } = courier(jsonReply(201, { ...RECORDED, voided: true }), jsonReply(201, RECORDED));
  assert.equal((await deliver("a", {})).voided, true);
  assert.equal((await deliver("b", {})).voided, false);
});

test("a body too large for what browsers send from a closing page goes the usual way", async () => {
  const { deliver, calls } = courier(jsonReply(201, RECORDED));
  await deliver("a", { answer: "left" });
  await deliver("b", { events: "x".repeat(60_000) });
  assert.deepEqual(calls.map(({ options }) => options.keepalive), [true, false]);
});

for (const [name, trouble] of [
  ["a network error", DOWN],
  ["a 500", jsonReply(500, {})],
  ["a 502 in HTML", () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
  ["a 503", jsonReply(503, {})],
  ["a 408", jsonReply(408, {})],
  ["a 429", jsonReply(429, {})],
  ["a login page of some hotel", () => new Response("<h1>Welcome</h1>", { status: 200 })],
  ["a reply without progress", jsonReply(200, {})],
]) {
  test(`${name} is tried again with the very same body`, async () => {
    const { deliver, calls, troubles, recovered } = courier(trouble, trouble, jsonReply(201, RECORDED));
    const reply = await deliver("a", { answer: "left", rt_ms: 812.4 });
    assert.equal(reply.stale, false);
    assert.deepEqual(new Set(calls.map(({ options }) => options.body)).size, 1);
    assert.deepEqual([calls.length, troubles, recovered()], [3, [0, 1], 1]);
  });
}

test("a server that asks to wait is told apart from a line that is down", async () => {
  const told = [];
  const { fetch } = fakeFetch(jsonReply(429, {}), DOWN, jsonReply(503, {}), jsonReply(201, RECORDED));
  const request = persistent({ fetch, wait: async () => {}, onTrouble: (attempt, busy) => told.push(busy) });
  await makeDelivery({ request, csrf: () => "" })("a", {});
  assert.deepEqual(told, [true, false, false]);
});

test("it goes on for hours, with pauses that grow to half a minute", async () => {
  const { deliver, pauses } = courier(...Array.from({ length: 500 }, () => DOWN), jsonReply(201, RECORDED));
  await deliver("a", {});
  assert.equal(pauses.length, 500);
  assert.deepEqual(pauses.slice(0, 4), [375, 750, 1500, 3000]);
  assert.equal(Math.max(...pauses), 22_500);
});

test("pauses have jitter, so that a hall full of people does not come back in step", () => {
  assert.equal(pauseBefore(3, () => 0), 2000);
  assert.ok(pauseBefore(3, () => 0.999) > 3990);
});

test("Retry-After is heeded, but never for more than about half a minute", async () => {
  const { deliver, pauses } = courier(jsonReply(429, {}, { "Retry-After": "7" }), jsonReply(201, RECORDED));
  await deliver("a", {});
  assert.equal(pauses[0], 7875);
  assert.ok(pauseBefore(0, () => 0.5, 86_400) <= 37_500);
});

for (const status of [409, 404]) {
  test(`${status} means that the trial is not open any more: no retry, no error`, async () => {
    const { deliver, calls } = courier(jsonReply(status, { error: "an earlier trial is open" }));
    assert.deepEqual(await deliver("a", {}), { stale: true });
    assert.equal(calls.length, 1);
  });
}

for (const status of [400, 403, 413]) {
  test(`${status} is refused with the server's words and not tried again`, async () => {
    const { deliver, calls } = courier(jsonReply(status, { error: "rt_ms must be a number" }));
    await assert.rejects(deliver("a", {}), (error) => {
      assert.ok(error instanceof RefusedError);
      assert.deepEqual([error.status, error.message], [status, "rt_ms must be a number"]);
      return true;
    });
    assert.equal(calls.length, 1);
  });
}

test("a refusal in HTML has no words for participants", async () => {
  const { deliver } = courier(() => new Response("<h1>Forbidden</h1>", { status: 403 }));
  await assert.rejects(deliver("a", {}), { message: "" });
});

test("two calls for one trial share one request; other trials have their own", async () => {
  const { deliver, calls } = courier(jsonReply(201, RECORDED));
  const [first, second] = [deliver("a", {}), deliver("a", {})];
  assert.equal(first, second);
  await Promise.all([first, second, deliver("b", {})]);
  assert.deepEqual(calls.map(({ url }) => url), ["/t/a/response/", "/t/b/response/"]);
});

test("a request that hangs is given up before the next one starts", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let running = 0;
  let most = 0;
  let calls = 0;
  const fetch = (url, { signal }) => {
    calls += 1;
    running += 1;
    most = Math.max(most, running);
    if (calls === 2) {
      running -= 1;
      return Promise.resolve(jsonReply(201, RECORDED)());
    }
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => {
        running -= 1;
        reject(new DOMException("aborted", "AbortError"));
      });
    });
  };
  const deliver = makeDelivery({ request: persistent({ fetch, wait: async () => {} }), csrf: () => "" });
  const reply = deliver("a", {});
  context.mock.timers.tick(20_000);
  assert.equal((await reply).stale, false);
  assert.deepEqual([calls, most], [2, 1]);
});
