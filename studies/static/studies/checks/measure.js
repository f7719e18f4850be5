/** What the display check measures, apart from the page; the runner's own modules say what fits. */

import { roomOf } from "../runner/answers.js";
import { planLayout } from "../runner/layout.js";

/** Fingers alone: nothing attached hovers, and nothing points finely. */
export function touchOnly(matches) {
  return !matches("(any-hover: hover)") && !matches("(any-pointer: fine)");
}

/** How people answer here, by the names of the page's texts. */
export function inputKind(matches, touchPoints) {
  if (touchOnly(matches)) return "touch";
  return touchPoints > 0 ? "either" : "keyboard";
}

/** What the runner's own facts leave out. */
export function moreFacts(window_, matches) {
  const { innerWidth, outerWidth, screen } = window_;
  return {
    dynamic_range: matches("(dynamic-range: high)") ? "high" : "standard",
    available: [screen.availWidth, screen.availHeight],
    // Above 1 the page is zoomed in, as far as a browser lets that be seen.
    zoom: innerWidth > 0 && outerWidth > 0 ? Math.round((100 * outerWidth) / innerWidth) / 100 : null,
    inverted_colors: matches("(inverted-colors: inverted)"),
    forced_colors: matches("(forced-colors: active)"),
    orientation: screen.orientation?.type ?? "",
  };
}

/** The runner's plan for a trial in a window of this size. */
export function planFor({ innerWidth, innerHeight, devicePixelRatio }, imagePx, trial) {
  const dpr = devicePixelRatio || 1;
  // The bar of progress stands above the stage.
  return planLayout({ width: innerWidth, height: innerHeight - 4, dpr, imagePx, ...roomOf(trial) });
}

/** The first reason for which this display will not do, or none. */
export function obstacle({ plan, touch, required, noTouch }) {
  if (noTouch && touch) return "touch";
  return required && !plan.fits ? "small" : "";
}
