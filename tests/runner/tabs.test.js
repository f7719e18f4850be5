import assert from "node:assert/strict";
import { test } from "node:test";

import { onlyTab } from "../../studies/static/studies/runner/tabs.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));
const aborted = () => new DOMException("aborted", "AbortError");

/** One lock as browsers have it: held, queued for, stolen, or given up. */
class FakeLocks {
  #holder = null;
  #queue = [];

  request(name, options, callback) {
    return new Promise((resolve, reject) => {
      const wish = { callback, reject };
      if (options.steal) {
        this.#holder?.reject(aborted());
        this.#give(wish);
      } else if (this.#holder === null) this.#give(wish);
      else {
        this.#queue.push(wish);
        options.signal?.addEventListener("abort", () => {
          this.#queue = this.#queue.filter((other) => other !== wish);
          reject(aborted());
        });
      }
    });
  }

  #give(wish) {
    this.#holder = wish;
    queueMicrotask(wish.callback);
  }

  /** The tab that holds it is closed. */
  close() {
    this.#holder = null;
    if (this.#queue.length > 0) this.#give(this.#queue.shift());
  }
}

function tab(locks, log, name) {
  const seen = {};
  onlyTab("study", {
    locks,
    onBusy: (take) => {
      log.push(`${name} busy`);
      seen.take = take;
    },
    onLost: () => log.push(`${name} lost`),
  }).then(() => log.push(`${name} runs`));
  return seen;
}

test("the first tab runs; the second says so after a moment, and runs when the first is closed", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const [locks, log] = [new FakeLocks(), []];
  tab(locks, log, "one");
  await settled();
  tab(locks, log, "two");
  context.mock.timers.tick(1000);
  await settled();
  assert.deepEqual(log, ["one runs"]);
  context.mock.timers.tick(1000);
  assert.deepEqual(log, ["one runs", "two busy"]);
  locks.close();
  await settled();
  assert.deepEqual(log, ["one runs", "two busy", "two runs"]);
});

test("the second tab can take over, and the first hears of it once", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const [locks, log] = [new FakeLocks(), []];
  tab(locks, log, "one");
  await settled();
  const two = tab(locks, log, "two");
  context.mock.timers.tick(1500);
  two.take();
  await settled();
  assert.deepEqual(log, ["one runs", "two busy", "one lost", "two runs"]);
});

test("a reload that finds its own lock for a moment longer asks nothing", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const [locks, log] = [new FakeLocks(), []];
  tab(locks, log, "before");
  await settled();
  tab(locks, log, "after");
  context.mock.timers.tick(200);
  locks.close();
  await settled();
  context.mock.timers.tick(5000);
  assert.deepEqual(log, ["before runs", "after runs"]);
});

test("a browser without locks, or one that forbids them, runs", async () => {
  await onlyTab("study", { locks: null });
  const forbidding = { request: async () => Promise.reject(new DOMException("no", "SecurityError")) };
  await onlyTab("study", { locks: forbidding, onBusy: () => {}, onLost: () => {} });
});
