"""What a browser draws is what was rendered: every pixel, whichever release made the file."""

import base64

import numpy as np
import pytest

from colorizers.pictures.stimulus_files import encode_stimulus, stored_png

pytestmark = pytest.mark.browser

DRAWN = """async ([file, type]) => {
  const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type }));
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  return Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data);
}"""


@pytest.mark.parametrize(("encode", "kind"), [(encode_stimulus, "image/webp"), (stored_png, "image/png")])
def test_the_canvas_has_exactly_the_rendered_pixels(browser, encode, kind):
    rendered = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    page = browser.new_page()
    drawn = page.evaluate(DRAWN, [base64.b64encode(encode(rendered)).decode(), kind])
    page.close()
    pixels = np.array(drawn, np.uint8).reshape(64, 64, 4)
    assert np.array_equal(pixels[..., :3], rendered)
    assert set(pixels[..., 3].ravel()) == {255}
