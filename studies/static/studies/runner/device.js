/** Facts about the display and the input that bear on colour and timing; nothing that names the person. */

import { ms } from "./frames.js";
import { VERSION } from "./seal.js";

/** The smallest step that the clock was seen to take, in ms. */
export function clockStep(now, samples = 2000) {
  let least = Infinity;
  let last = now();
  for (let i = 0; i < samples; i += 1) {
    const at = now();
    if (at > last) least = Math.min(least, at - last);
    last = at;
  }
  return Number.isFinite(least) ? ms(least) : null;
}

function gamut(matches) {
  return ["rec2020", "p3", "srgb"].find((name) => matches(`(color-gamut: ${name})`)) ?? "unknown";
}

function pointer(matches) {
  if (matches("(pointer: fine)")) return "fine";
  return matches("(pointer: coarse)") ? "coarse" : "none";
}

/** `layout` is a plan of `planLayout`; `window_` and `clock` are arguments for the tests. */
export function deviceFacts({ refreshMs, layout, window_ = window, now = () => performance.now() }) {
  const { screen, navigator } = window_;
  const matches = (query) => window_.matchMedia(query).matches;
  return {
    runner: VERSION,
    refresh_ms: ms(refreshMs),
    clock_step_ms: clockStep(now),
    isolated: window_.crossOriginIsolated === true,
    screen: [screen.width, screen.height],
    viewport: [window_.innerWidth, window_.innerHeight],
    pixel_ratio: ms(window_.devicePixelRatio),
    image_css_px: ms(layout.size),
    device_px_per_image_px: layout.scale,
    layout: layout.kind,
    pointer: pointer(matches),
    hover: matches("(hover: hover)"),
    touch_points: navigator.maxTouchPoints ?? 0,
    colour_depth: screen.colorDepth,
    gamut: gamut(matches),
    dark: matches("(prefers-color-scheme: dark)"),
    reduced_motion: matches("(prefers-reduced-motion: reduce)"),
    language: navigator.language ?? "",
  };
}
