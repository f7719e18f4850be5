import assert from "node:assert/strict";
import { test } from "node:test";

import { noisePixels } from "../../studies/static/studies/runner/noise.js";

function repeatable(seed) {
  let value = seed;
  return () => ((value = (value * 16807) % 2147483647) / 2147483647);
}

test("a mask is opaque, colourful, as bright as mid-grey, and has a photograph's contrast", () => {
  const pixels = noisePixels(64, 48, repeatable(7));
  assert.equal(pixels.length, 64 * 48 * 4);
  const red = [];
  for (let i = 0; i < pixels.length; i += 4) {
    assert.equal(pixels[i + 3], 255);
    red.push(pixels[i]);
  }
  const mean = red.reduce((sum, value) => sum + value, 0) / red.length;
  const spread = Math.sqrt(red.reduce((sum, value) => sum + (value - mean) ** 2, 0) / red.length);
  assert.ok(Math.abs(mean - 127.5) < 25);
  assert.ok(spread > 60);
});

test("the same random numbers give the same mask, others another", () => {
  assert.deepEqual(noisePixels(20, 20, repeatable(1)), noisePixels(20, 20, repeatable(1)));
  assert.notDeepEqual(noisePixels(20, 20, repeatable(1)), noisePixels(20, 20, repeatable(2)));
});
