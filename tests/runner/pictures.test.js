import assert from "node:assert/strict";
import { test } from "node:test";

import { PictureError, Pictures, sources } from "../../studies/static/studies/runner/pictures.js";
import { parseTrial } from "../../studies/static/studies/runner/state.js";
import { pairTrial } from "./fakes.js";

function trial(number) {
  const { frames } = pairTrial();
  const own = frames.map((frame, i) => (frame.images ? { ...frame, images: [{ ...frame.images[0], src: `/i/${number}-${i}/` }] } : frame));
  return parseTrial(pairTrial({ code: `t${number}`, frames: own }));
}

function shelf({ fail = () => null, size = 256, wait = async () => {} } = {}) {
  const fetched = [];
  const closed = [];
  const pauses = [];
  const troubles = [];
  const pictures = new Pictures({
    imagePx: 256,
    fetch: async (src, options) => {
      fetched.push(src);
      const trouble = fail(src, fetched.filter((other) => other === src).length, options);
      if (trouble instanceof Error) throw trouble;
      if (trouble instanceof Promise) return trouble;
      return new Response(src, { status: trouble ?? 200 });
    },
    decode: async (bytes, src) => {
      assert.equal(new TextDecoder().decode(bytes), src);
      return { width: size, height: size, close: () => closed.push(src) };
    },
    wait: (ms) => {
      pauses.push(ms);
      return wait();
    },
    random: () => 0.5,
    onTrouble: (src, error) => troubles.push([src, error.passing]),
  });
  return { pictures, fetched, closed, pauses, troubles };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A reply that never comes; or, with a body, one that stops in the middle. */
function hanging({ signal }, first = null) {
  if (!first) return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(first));
      signal.addEventListener("abort", () => controller.error(signal.reason));
    },
  });
  return Promise.resolve(new Response(body));
}

test("a trial's pictures are fetched once, decoded, and given by address", async () => {
  const { pictures, fetched } = shelf();
  pictures.keep([trial(1), trial(2)]);
  const ready = await pictures.ready(trial(1));
  assert.deepEqual([...ready.keys()], sources(trial(1)));
  assert.equal(ready.get("/i/1-1/").width, 256);
  assert.equal(fetched.length, 4);
});

test("what lies behind is freed, what lies ahead stays", async () => {
  const { pictures, fetched, closed } = shelf();
  pictures.keep([trial(1), trial(2)]);
  await pictures.ready(trial(1));
  await pictures.ready(trial(2));
  pictures.keep([trial(2), trial(3)]);
  await pictures.ready(trial(3));
  assert.deepEqual(closed.sort(), ["/i/1-1/", "/i/1-3/"]);
  assert.equal(fetched.filter((src) => src.startsWith("/i/2")).length, 2);
});

test("a picture that fails is tried again, with pauses that grow", async () => {
  const { pictures, pauses, troubles } = shelf({ fail: (src, count) => (count < 9 ? new TypeError("down") : null) });
  assert.equal((await pictures.ready(trial(1))).size, 2);
  assert.deepEqual([...new Set(pauses)], [375, 750, 1500, 3000, 6000, 12_000, 22_500]);
  assert.ok(troubles.every(([, passing]) => passing));
});

for (const first of [null, "/i/1"]) {
  const where = first ? "in the middle of its body" : "before its first byte";
  test(`a picture that stalls ${where} is given up and asked for again`, async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { pictures, fetched } = shelf({ fail: (src, count, options) => (count === 1 ? hanging(options, first) : null) });
    const ready = pictures.ready(trial(1));
    await settled();
    context.mock.timers.tick(7900);
    await settled();
    assert.equal(fetched.length, 2);
    context.mock.timers.tick(200);
    assert.equal((await ready).size, 2);
    assert.equal(fetched.length, 4);
  });
}

test("bytes that come slowly but come are no stall", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let part;
  const { pictures, fetched } = shelf({
    fail: (src) => (src === "/i/1-3/" ? null : Promise.resolve(new Response(new ReadableStream({ start: (given) => (part = given) })))),
  });
  const ready = pictures.ready(trial(1));
  for (const letter of "/i/1-1/") {
    await settled();
    context.mock.timers.tick(7000);
    part.enqueue(new TextEncoder().encode(letter));
  }
  part.close();
  assert.equal((await ready).size, 2);
  assert.equal(fetched.length, 2);
});

test("a press asks anew at once: what hangs is given up, and a pause is cut short", async () => {
  for (const trouble of [(options) => hanging(options), () => new TypeError("down")]) {
    const { pictures, fetched } = shelf({
      fail: (src, count, options) => (count === 1 ? trouble(options) : null),
      wait: () => new Promise(() => {}),
    });
    const ready = pictures.ready(trial(1));
    for (let i = 0; i < 5; i += 1) await settled();
    assert.equal(fetched.length, 2);
    pictures.again(trial(1));
    assert.equal((await ready).size, 2);
    pictures.again(trial(1));
    assert.equal(fetched.length, 4);
  }
});

test("the first trial comes first, and few pictures are under way at a time", async () => {
  const open = [];
  const whenOpened = (src) => new Promise((resolve) => open.push(() => resolve(new Response(src))));
  const { pictures, fetched } = shelf({ fail: (src, _count, options) => Promise.race([whenOpened(src), hanging(options)]) });
  pictures.keep([trial(1), trial(2), trial(3)]);
  await settled();
  assert.deepEqual(fetched, ["/i/1-1/", "/i/1-3/"]);
  pictures.keep([trial(1), trial(3), trial(2)]);
  open.shift()();
  await settled();
  // A fast line takes one more at a time.
  assert.deepEqual(fetched.slice(2), ["/i/3-1/", "/i/3-3/"]);
  pictures.keep([]);
});

test("what is not needed any more is not fetched to its end", async () => {
  const stopped = [];
  const { pictures } = shelf({
    fail: (src, _count, options) => {
      options.signal.addEventListener("abort", () => stopped.push(src));
      return hanging(options);
    },
  });
  pictures.keep([trial(1)]);
  await settled();
  pictures.keep([]);
  assert.deepEqual(stopped, ["/i/1-1/", "/i/1-3/"]);
});

test("a picture that keeps failing is an error with the server's status, and the next call tries afresh", async () => {
  let broken = true;
  const { pictures } = shelf({ fail: () => (broken ? 404 : null) });
  await assert.rejects(pictures.ready(trial(1)), (error) => error instanceof PictureError && error.status === 404);
  broken = false;
  assert.equal((await pictures.ready(trial(1))).size, 2);
});

test("a picture of the wrong size is refused: it would be resampled", async () => {
  const { pictures } = shelf({ size: 250 });
  await assert.rejects(pictures.ready(trial(1)), /250 x 250 pixels instead of 256 x 256/);
});

test("a failure in a picture that is only wanted ahead stays quiet until its trial comes", async () => {
  const { pictures } = shelf({ fail: (src) => (src.startsWith("/i/2") ? 404 : null) });
  pictures.keep([trial(1), trial(2)]);
  assert.equal((await pictures.ready(trial(1))).size, 2);
  await assert.rejects(pictures.ready(trial(2)), PictureError);
});

test("pictures that the server would not give yet are not asked for, and those that lie ready are not freed", async () => {
  const { pictures, fetched, closed } = shelf();
  pictures.keep([trial(1), trial(2)], 2);
  await pictures.ready(trial(2));
  pictures.keep([trial(2), trial(3)], 0);
  await pictures.ready(trial(2));
  assert.equal(fetched.filter((src) => src.startsWith("/i/3")).length, 0);
  assert.ok(closed.every((src) => src.startsWith("/i/1")));
});

test("a line that is down and a busy server pass; a picture that is gone does not", async () => {
  for (const trouble of [new TypeError("down"), 503, 429, 408]) {
    const { pictures } = shelf({ fail: (src, count) => (count < 12 ? trouble : null) });
    assert.equal((await pictures.ready(trial(1))).size, 2);
  }
  for (const trouble of [404, 410]) {
    const { pictures, fetched } = shelf({ fail: () => trouble });
    await assert.rejects(pictures.ready(trial(1)), (error) => error.status === trouble);
    assert.ok(fetched.length <= 8);
  }
});
