/** Where everything of a trial stands, computed: nothing moves between trials, and no pixel is resampled. */

const EDGE = 4;
const LINE = 26;
const CHARACTER = 8.6; // mean width of prompt text, in CSS px
export const LARGEST_PROMPT = 17; // px, as the style sheet has it
export const SMALLEST_PROMPT = 12;
const CAPTION = 44;
const GAPS = { x: { least: 12, wide: 56 }, y: { least: 4, wide: 16 } };

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

/** The ways in which so many slots can stand, the widest first: `row`, `grid`, `column`, or `single`. */
function gridsOf(count) {
  const grids = [];
  for (let down = 1; down <= count; down += 1) {
    const across = Math.ceil(count / down);
    if (Math.ceil(count / across) !== down) continue;
    const several = across === 1 ? "column" : "grid";
    grids.push({ kind: count === 1 ? "single" : down === 1 ? "row" : several, across, down });
  }
  return grids;
}

function need({ across, down }, size, fixed) {
  return {
    width: across * size + (across - 1) * GAPS.x.least + 2 * EDGE,
    height: fixed + down * size + (down - 1) * GAPS.y.least + EDGE,
  };
}

/** A gap between slots that takes its part of the room to spare. */
function gap({ least, wide }, count, spare) {
  return count > 1 ? Math.min(wide, least + spare / (2 * count)) : 0;
}

function place(grid, size, window, fixed, answersHeight) {
  const { width, height, dpr, slots, lines, origin } = window;
  const { kind, across, down } = grid;
  const least = need(grid, size, fixed);
  const spareX = width - least.width;
  const spareY = height - least.height;
  const below = spareY >= down * CAPTION + (kind === "grid" ? 24 + (down - 1) * GAPS.y.wide : 12);
  const gapX = gap(GAPS.x, across, spareX);
  const gapY = gap(GAPS.y, down, spareY) + (below && down > 1 ? CAPTION : 0);
  const promptHeight = lines * LINE + Math.min(24, Math.max(0, spareY / 4));
  const slotsHeight = down * size + (down - 1) * gapY + (below ? CAPTION : 0);
  const top = Math.max(0, (height - promptHeight - slotsHeight - answersHeight) / 2);
  const boxes = {};
  slots.forEach((slot, i) => {
    const line = Math.floor(i / across);
    const inLine = Math.min(across, slots.length - line * across); // the last line may have fewer, in its middle
    const left = (width - inLine * size - (inLine - 1) * gapX) / 2;
    boxes[slot] = {
      x: onDevicePixel(left + (i % across) * (size + gapX), dpr, origin.x),
      y: onDevicePixel(top + promptHeight + line * (size + gapY), dpr, origin.y),
    };
  });
  const above = top + promptHeight - lines * LINE; // free, over the words of the prompt
  return {
    prompt: { y: top, height: promptHeight, above },
    boxes,
    captions: below ? "below" : "inside",
    answers: { y: top + promptHeight + slotsHeight },
  };
}

/**
 * Plans the stage.
 *
 * Side by side where there is room, else in more lines, at last stacked; where none fits, the pictures take fewer
 * device pixels each; a long prompt takes smaller letters, so that no language asks for a larger window than its
 * lines need. `answersHeight(width)` is what the answers below the slots take.
 * `fits: false` comes with the smallest windows that would do. `origin` is the stage's corner in the window.
 */
export function planLayout({ width, height, dpr, imagePx, slots, prompt = "", answersHeight = () => 0, origin = { x: 0, y: 0 } }) {
  const grids = gridsOf(slots.length);
  for (const letters of [LARGEST_PROMPT, SMALLEST_PROMPT]) {
    const lines = promptLines(prompt, width, letters);
    const answers = answersHeight(width);
    const fixed = lines * LINE + answers;
    for (let scale = nearestScale(dpr); scale >= 1; scale -= 1) {
      const size = cssSize(imagePx, scale, dpr);
      for (const grid of grids) {
        const least = need(grid, size, fixed);
        if (least.width <= width && least.height <= height) {
          const placed = place(grid, size, { width, height, dpr, slots, lines, origin }, fixed, answers);
          return { fits: true, kind: grid.kind, scale, size, ...placed };
        }
      }
    }
  }
  const size = cssSize(imagePx, 1, dpr);
  const needs = grids.map((grid) => {
    const across = need(grid, size, 0).width;
    return need(grid, size, promptLines(prompt, across, SMALLEST_PROMPT) * LINE + answersHeight(across));
  });
  return { fits: false, kind: grids.at(-1).kind, scale: 1, size, needs };
}
