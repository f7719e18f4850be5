import assert from "node:assert/strict";
import { test } from "node:test";

import { cssSize, nearestScale, onDevicePixel, planLayout, promptLines } from "../../studies/static/studies/runner/layout.js";

const PROMPT = "Which image had the fake colours?";
const SLOTS = ["left", "right"];
const plan = (width, height, dpr = 1, changes = {}) =>
  planLayout({ width, height, dpr, imagePx: 256, slots: SLOTS, prompt: PROMPT, ...changes });

for (const [dpr, scale] of [[1, 1], [1.1, 1], [1.25, 1], [1.5, 2], [1.75, 2], [2, 2], [2.625, 3], [3, 3], [0.5, 1], [0.9, 1]]) {
  test(`at ${dpr} device pixels a CSS pixel, a picture pixel covers ${scale}, exactly`, () => {
    assert.equal(nearestScale(dpr), scale);
    const device = cssSize(256, scale, dpr) * dpr;
    assert.ok(Math.abs(device - 256 * scale) < 1e-9);
  });
}

const onGrid = (css, dpr) => Math.abs(css * dpr - Math.round(css * dpr)) < 1e-9;

for (const [name, width, height, dpr, kind, scale] of [
  ["a desktop", 1440, 896, 1, "row", 1],
  ["a laptop at 125 %", 1229, 600, 1.25, "row", 1],
  ["a sharp laptop", 1440, 789, 2, "row", 2],
  ["a small phone", 375, 663, 2, "column", 2],
  ["a small phone with its browser's bars", 375, 553, 2, "column", 2],
  ["a tall phone", 390, 760, 3, "column", 3],
  ["a phone held sideways", 667, 330, 2, "row", 2],
  ["a tiny phone", 320, 454, 2, "row", 1],
  ["a small phone of three", 360, 500, 3, "column", 2],
]) {
  test(`${name} gets a ${kind} with ${scale} device pixels a picture pixel, inside the window and on the pixel grid`, () => {
    const found = plan(width, height, dpr);
    assert.deepEqual([found.fits, found.kind, found.scale], [true, kind, scale]);
    for (const { x, y } of Object.values(found.boxes)) {
      assert.ok(x >= 0 && y >= 0 && x + found.size <= width + 1e-9 && y + found.size <= height + 1e-9);
      assert.ok(onGrid(x, dpr) && onGrid(y, dpr));
    }
    const { left, right } = found.boxes;
    const apart = kind === "row" ? right.x - left.x : right.y - left.y;
    assert.ok(apart >= found.size, "pictures do not overlap");
    assert.ok(found.prompt.y + found.prompt.height <= left.y + 1, "the prompt does not touch the pictures");
  });
}

test("it never changes with what is shown: the same room gives the same places", () => {
  assert.deepEqual(plan(1000, 700), plan(1000, 700));
});

test("a window that is too small says what would do", () => {
  const found = plan(300, 300);
  assert.equal(found.fits, false);
  assert.equal(found.needs.length, 2);
  const [row, column] = found.needs;
  assert.equal(plan(row.width, row.height).fits, true);
  assert.equal(plan(row.width, row.height).kind, "row");
  assert.equal(plan(column.width, column.height).fits, true);
});

test("a longer question takes smaller letters before it asks for a larger window", () => {
  const french = "Quelle image avait les fausses couleurs ?";
  const found = plan(320, 564, 1, { prompt: french });
  assert.deepEqual([found.fits, found.kind, found.scale], [true, "column", 1]);
  assert.equal(plan(1440, 896, 1, { prompt: french }).prompt.above > 20, true, "room for the words of the bar");
});

test("one slot stands in the middle, with room for a row of answers below", () => {
  const found = plan(375, 600, 2, { slots: ["centre"], answersHeight: () => 64 });
  assert.equal(found.kind, "single");
  assert.ok(Math.abs(found.boxes.centre.x - (375 - 256) / 2) <= 0.5);
  assert.ok(found.answers.y >= found.boxes.centre.y + found.size);
  assert.ok(found.answers.y + 64 <= 600);
});

const SIX = ["1", "2", "3", "4", "5", "6"];

for (const [name, width, height, dpr, count, kind, across] of [
  ["a desktop", 1440, 896, 1, 6, "grid", 3],
  ["a wall", 3840, 2100, 1, 6, "row", 6],
  ["a desktop", 1440, 896, 1, 5, "row", 5],
  ["a desktop", 1440, 700, 1.25, 4, "row", 4],
  ["a small phone", 375, 663, 2, 6, "grid", 2],
  ["a tall phone", 390, 760, 3, 5, "grid", 2],
  ["a phone held sideways", 667, 330, 2, 6, "grid", 3],
]) {
  test(`${count} pictures on ${name} (${width} wide) stand ${across} in a line, equal, apart, on the pixel grid`, () => {
    const slots = SIX.slice(0, count);
    const found = plan(width, height, dpr, { slots });
    assert.deepEqual([found.fits, found.kind], [true, kind]);
    const boxes = slots.map((slot) => found.boxes[slot]);
    assert.equal(boxes.filter(({ y }) => y === boxes[0].y).length, across);
    assert.ok(Math.abs(found.size * dpr - 256 * found.scale) < 1e-9);
    for (const [i, { x, y }] of boxes.entries()) {
      assert.ok(x >= 0 && y >= found.prompt.height - 1 && x + found.size <= width && y + found.size <= height);
      assert.ok(onGrid(x, dpr) && onGrid(y, dpr));
      for (const other of boxes.slice(i + 1)) {
        const apart = Math.max(Math.abs(other.x - x), Math.abs(other.y - y));
        assert.ok(apart >= found.size + 4 - 1 / dpr, "a gap between each two");
      }
    }
  });
}

test("a last line that is not full stands in the middle", () => {
  const { boxes, size } = plan(390, 760, 3, { slots: SIX.slice(0, 5) });
  assert.ok(Math.abs(boxes[5].x + size / 2 - 195) < 1);
});

test("answers below never reach beyond the window", () => {
  for (let height = 500; height < 1000; height += 7) {
    for (const slots of [["centre"], SLOTS, SIX]) {
      const found = plan(800, height, 1, { slots, answersHeight: () => 128 });
      if (found.fits && found.kind !== "row" && found.kind !== "single") assert.ok(found.answers.y + 128 <= height + 1, `${slots} ${height}`);
    }
  }
});

test("captions go below where there is room and inside where there is none", () => {
  assert.equal(plan(1440, 896).captions, "below");
  assert.equal(plan(375, 553, 2).captions, "inside");
});

test("a long prompt takes the lines that it needs", () => {
  assert.equal(promptLines(PROMPT, 375), 1);
  assert.equal(promptLines(PROMPT, 280), 2);
  assert.equal(plan(280, 580).prompt.height >= 52, true);
});

test("positions snap to whole device pixels", () => {
  assert.equal(onDevicePixel(10.3, 1), 10);
  assert.equal(onDevicePixel(10.3, 2), 10);
  assert.ok(onGrid(onDevicePixel(10.3, 1.25), 1.25));
});

test("a stage that itself begins between two device pixels still has its pictures on the grid", () => {
  for (const dpr of [1.1, 1.25, 1.5, 2, 2.625]) {
    const origin = { x: 0, y: 4 };
    const { boxes } = plan(1200, 700, dpr, { origin });
    assert.ok(onGrid(boxes.left.y + 4, dpr) && onGrid(boxes.left.x, dpr));
  }
});
