/** Where everything of a trial stands, computed: nothing moves between trials, and no pixel is resampled. */

const EDGE = 4;
const LINE = 26;
const CHARACTER = 8.6; // mean width of prompt text, in CSS px
export const LARGEST_PROMPT = 17; // px, as the style sheet has it
export const SMALLEST_PROMPT = 12;
const CAPTION = 44;
const ANSWERS = 64;
const GAPS = { row: { least: 12, wide: 56 }, column: { least: 4, wide: 16 }, single: { least: 0, wide: 0 } };

/** Device pixels along one picture pixel: the whole number that comes nearest to one CSS pixel. */
export function nearestScale(pixelRatio) {
  return Math.max(1, Math.round(pixelRatio));
}

/** CSS px that make one picture pixel cover exactly `scale` device pixels. */
export function cssSize(imagePx, scale, pixelRatio) {
  return (imagePx * scale) / pixelRatio;
}

/** The nearest CSS px that lies on a whole device pixel, counted from an `origin` that need not lie on one. */
export function onDevicePixel(css, pixelRatio, origin = 0) {
  // Where the ratio is whole, a whole CSS px is on the grid too, and no browser moves it.
  const grid = Number.isInteger(pixelRatio) ? 1 : pixelRatio;
  return Math.round((origin + css) * grid) / grid - origin;
}

/** Lines that a prompt takes at a width, on the safe side; with letters of `size` px. */
export function promptLines(prompt, width, size = LARGEST_PROMPT) {
  const long = prompt.length * CHARACTER * (size / LARGEST_PROMPT);
  return Math.max(1, Math.ceil(long / Math.max(1, width - 2 * EDGE)));
}

function need(kind, size, count, fixed) {
  const across = kind === "row" ? count : 1;
  const down = kind === "column" ? count : 1;
  const { least } = GAPS[kind];
  return {
    width: across * size + (across - 1) * least + 2 * EDGE,
    height: fixed + down * size + (down - 1) * least + EDGE,
  };
}

function place(kind, size, window, fixed, answersRow) {
  const { width, height, dpr, slots, lines, origin } = window;
  const across = kind === "row" ? slots.length : 1;
  const down = kind === "column" ? slots.length : 1;
  const gaps = GAPS[kind];
  const spareX = width - need(kind, size, slots.length, fixed).width;
  const spareY = height - need(kind, size, slots.length, fixed).height;
  const below = spareY >= down * CAPTION + 12;
  const gapX = across > 1 ? Math.min(gaps.wide, gaps.least + spareX / 4) : 0;
  let gapY = down > 1 ? Math.min(gaps.wide, gaps.least + spareY / 4) : 0;
  if (below && down > 1) gapY += CAPTION;
  const promptHeight = lines * LINE + Math.min(24, Math.max(0, spareY / 4));
  const group = promptHeight + down * size + (down - 1) * gapY + (below ? CAPTION : 0) + (answersRow ? ANSWERS : 0);
  const top = Math.max(0, (height - group) / 2);
  const left = (width - across * size - (across - 1) * gapX) / 2;
  const boxes = {};
  slots.forEach((slot, i) => {
    boxes[slot] = {
      x: onDevicePixel(left + (kind === "row" ? i * (size + gapX) : 0), dpr, origin.x),
      y: onDevicePixel(top + promptHeight + (kind === "column" ? i * (size + gapY) : 0), dpr, origin.y),
    };
  });
  const bottom = top + promptHeight + down * size + (down - 1) * gapY + (below ? CAPTION : 0);
  const above = top + promptHeight - lines * LINE; // free, over the words of the prompt
  return { prompt: { y: top, height: promptHeight, above }, boxes, captions: below ? "below" : "inside", answers: { y: bottom } };
}

/**
 * Plans the stage.
 *
 * Side by side where there is room, else stacked; where neither fits, the pictures take fewer device pixels
 * each; a long prompt takes smaller letters, so that no language asks for a larger window than its lines need.
 * `fits: false` comes with the smallest window that would do. `origin` is the stage's corner in the window.
 */
export function planLayout({ width, height, dpr, imagePx, slots, prompt = "", answersRow = false, origin = { x: 0, y: 0 } }) {
  const kinds = slots.length > 1 ? ["row", "column"] : ["single"];
  for (const letters of [LARGEST_PROMPT, SMALLEST_PROMPT]) {
    const lines = promptLines(prompt, width, letters);
    const fixed = lines * LINE + (answersRow ? ANSWERS : 0);
    for (let scale = nearestScale(dpr); scale >= 1; scale -= 1) {
      const size = cssSize(imagePx, scale, dpr);
      for (const kind of kinds) {
        const least = need(kind, size, slots.length, fixed);
        if (least.width <= width && least.height <= height) {
          const placed = place(kind, size, { width, height, dpr, slots, lines, origin }, fixed, answersRow);
          return { fits: true, kind, scale, size, ...placed };
        }
      }
    }
  }
  const size = cssSize(imagePx, 1, dpr);
  const needs = kinds.map((kind) => {
    const across = need(kind, size, slots.length, 0).width;
    return need(kind, size, slots.length, promptLines(prompt, across, SMALLEST_PROMPT) * LINE + (answersRow ? ANSWERS : 0));
  });
  return { fits: false, kind: kinds.at(-1), scale: 1, size, needs };
}
