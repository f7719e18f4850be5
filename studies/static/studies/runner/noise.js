/** Masks of coloured noise at several scales, so that no part of a photograph shines through. */

const CELLS = [16, 4, 1];
const WEIGHTS = [0.35, 0.35, 0.3];

/** RGBA bytes of a width x height mask; `random()` gives numbers in [0, 1). */
export function noisePixels(width, height, random) {
  const layers = CELLS.map((cell) => {
    const columns = Math.ceil(width / cell);
    const values = Float32Array.from({ length: columns * Math.ceil(height / cell) * 3 }, random);
    return { cell, columns, values };
  });
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel += 1) {
        let value = 0;
        layers.forEach(({ cell, columns, values }, i) => {
          value += WEIGHTS[i] * values[(((y / cell) | 0) * columns + ((x / cell) | 0)) * 3 + channel];
        });
        // Sums of random numbers crowd at the middle; stretching gives the mask a photograph's contrast.
        pixels[at + channel] = (value - 0.5) * 2 * 255 + 127.5;
      }
      pixels[at + 3] = 255;
    }
  }
  return pixels;
}

export function drawNoise(canvas, random = Math.random) {
  const { width, height } = canvas;
  canvas.getContext("2d").putImageData(new ImageData(noisePixels(width, height, random), width, height), 0, 0);
}
