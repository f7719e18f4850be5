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

function shelf({ fail = () => null, size = 256 } = {}) {
  const fetched = [];
  const closed = [];
  const pauses = [];
  const pictures = new Pictures({
    imagePx: 256,
    fetch: async (src) => {
      fetched.push(src);
      const trouble = fail(src, fetched.filter((other) => other === src).length);
      if (trouble instanceof Error) throw trouble;
      return new Response(src, { status: trouble ?? 200 });
    },
    decode: async (blob) => {
      const src = await blob.text();
      return { width: size, height: size, close: () => closed.push(src) };
    },
    wait: async (ms) => pauses.push(ms),
  });
  return { pictures, fetched, closed, pauses };
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

test("a picture that fails is tried again", async () => {
  const { pictures, pauses } = shelf({ fail: (src, count) => (count < 3 ? new TypeError("down") : null) });
  assert.equal((await pictures.ready(trial(1))).size, 2);
  assert.equal(pauses.length, 4);
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
  const { pictures } = shelf({ fail: (src) => (src.startsWith("/i/2") ? 500 : null) });
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
  for (const [trouble, passing] of [[new TypeError("down"), true], [503, true], [429, true], [404, false]]) {
    const { pictures } = shelf({ fail: () => trouble });
    await assert.rejects(pictures.ready(trial(1)), (error) => error.passing === passing);
  }
});
