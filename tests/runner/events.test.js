import assert from "node:assert/strict";
import { test } from "node:test";

import { clockStep, deviceFacts } from "../../studies/static/studies/runner/device.js";
import { EventLog, MOST_EVENTS } from "../../studies/static/studies/runner/events.js";
import { VERSION } from "../../studies/static/studies/runner/seal.js";

function browser() {
  const window = Object.assign(new EventTarget(), { innerWidth: 1440, innerHeight: 900, devicePixelRatio: 2 });
  const document = Object.assign(new EventTarget(), {
    visibilityState: "visible",
    fullscreenElement: null,
    hasFocus: () => true,
  });
  let now = 0;
  const log = new EventLog(window, document, () => (now += 1));
  return { window, document, log };
}

const brief = (log) => log.take().map(({ type, value }) => `${type} ${value}`);

test("it notes when the tab is hidden and comes back, the focus, the size and full screen", () => {
  const { window, document, log } = browser();
  log.begin();
  document.visibilityState = "hidden";
  document.dispatchEvent(new Event("visibilitychange"));
  document.visibilityState = "visible";
  document.dispatchEvent(new Event("visibilitychange"));
  window.dispatchEvent(new Event("blur"));
  window.dispatchEvent(new Event("focus"));
  window.innerWidth = 375;
  window.dispatchEvent(new Event("resize"));
  document.fullscreenElement = {};
  document.dispatchEvent(new Event("fullscreenchange"));
  const noted = ["visibility hidden", "visibility visible", "focus lost", "focus gained", "resize 375x900@2", "fullscreen on"];
  assert.deepEqual(brief(log), noted);
  assert.deepEqual(log.take().map(({ at }) => at), [1, 2, 3, 4, 5, 6]);
});

test("each trial begins with an empty list", () => {
  const { window, log } = browser();
  window.dispatchEvent(new Event("blur"));
  log.begin();
  assert.deepEqual(log.take(), []);
});

test("a trial that begins out of sight or focus says so", () => {
  const { document, log } = browser();
  document.visibilityState = "hidden";
  document.hasFocus = () => false;
  log.begin();
  assert.deepEqual(brief(log), ["visibility hidden", "focus lost"]);
});

test("a resize event that changes nothing is none", () => {
  const { window, log } = browser();
  log.begin();
  window.dispatchEvent(new Event("resize"));
  assert.deepEqual(log.take(), []);
});

test("a storm of events is cut off, and the cut is marked", () => {
  const { window, log } = browser();
  log.begin();
  for (let i = 0; i < 1000; i += 1) window.dispatchEvent(new Event("blur"));
  assert.equal(log.take().length, MOST_EVENTS);
  assert.equal(log.take().at(-1).type, "truncated");
});

test("device facts are those that the contract names", () => {
  const window_ = {
    screen: { width: 1440, height: 900, colorDepth: 24 },
    navigator: { maxTouchPoints: 0, language: "en-GB" },
    innerWidth: 1440,
    innerHeight: 789,
    devicePixelRatio: 2,
    crossOriginIsolated: true,
    matchMedia: (query) => ({ matches: ["(pointer: fine)", "(hover: hover)", "(color-gamut: p3)", "(color-gamut: srgb)"].includes(query) }),
  };
  let time = 0;
  const now = () => (time += 0.005);
  const facts = deviceFacts({ refreshMs: 16.66666, layout: { size: 256, scale: 2, kind: "row" }, window_, now });
  assert.deepEqual(facts, {
    runner: VERSION, refresh_ms: 16.667, clock_step_ms: 0.005, isolated: true,
    screen: [1440, 900], viewport: [1440, 789], pixel_ratio: 2,
    image_css_px: 256, device_px_per_image_px: 2, layout: "row",
    pointer: "fine", hover: true, touch_points: 0,
    colour_depth: 24, gamut: "p3", dark: false, reduced_motion: false, language: "en-GB",
  });
});

test("a clock that never moves has no step", () => {
  assert.equal(clockStep(() => 5), null);
});
