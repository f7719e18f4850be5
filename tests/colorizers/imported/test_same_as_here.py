"""What is painted elsewhere and imported is what is painted here."""

import numpy as np
import pytest
import skimage.color

from colorizers import methods
from colorizers.models import Colorization
from colorizers.pictures import colour, delivered
from colorizers.pictures.inference import Source, colorize_rgb, working_lightness
from tests.builders import fill_catalogue, make_colorizer
from tests.colorizers.imported.conftest import folder_of, keep, results
from tests.conftest import png_bytes
from tests.small_networks import small_weights

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_what_a_method_paints_here_comes_back_the_same_by_way_of_files(tmp_path, meadow):
    """But for the pixels that were clipped, whose lightness is not the photo's."""
    painted_here = fill_catalogue(meadow, make_colorizer("welsh2002", slug="welsh"))
    files = {row.photo.name: row.file.open("rb").read() for row in painted_here}
    keep(folder_of(tmp_path, files), meadow, "delivered")
    keep(folder_of(tmp_path, files), meadow, "replaced", settings={"treatment": "replace_lightness"})
    for row in painted_here:
        as_delivered = Colorization.objects.get(photo=row.photo, colorizer__slug="delivered")
        replaced = Colorization.objects.get(photo=row.photo, colorizer__slug="replaced")
        assert as_delivered.digest == row.digest
        before = colour.rgb_to_lightness(row.photo.read_rgb())
        kept = np.abs(colour.rgb_to_lightness(row.read_rgb()) - before) < 0.3
        assert kept.mean() > 0.5
        difference = np.abs(replaced.read_rgb().astype(int) - row.read_rgb())[kept]
        assert (difference > 1).mean() < 0.001
        assert difference.max() <= 3  # deep colours, where one level of the file is several of another


def test_a_network_that_torch_runs_elsewhere_gives_the_picture_that_it_gives_here(tmp_path, meadow):
    torch = pytest.importorskip("torch")
    method, settings = methods.get("efficientnet_lite"), {"input_px": 64}
    network = method.load(small_weights(tmp_path, "efficientnet_lite"), settings)
    fit = method.working_size(settings)
    files, here = {}, {}
    for photo in meadow.photos.all():
        rgb8, source = photo.read_rgb(), Source(photo.digest)
        ab = torch.from_numpy(network(working_lightness(rgb8, fit), source)).permute(2, 0, 1)[None]
        large = torch.nn.functional.interpolate(ab, rgb8.shape[:2], mode="bilinear", align_corners=False)
        lab = skimage.color.rgb2lab(rgb8)
        lab[..., 1:] = large[0].permute(1, 2, 0).numpy()
        theirs = (np.clip(skimage.color.lab2rgb(lab), 0, 1) * 255).round().astype(np.uint8)
        files[photo.name] = png_bytes(theirs)
        here[photo.pk] = colorize_rgb(rgb8, network, source, working_size=fit)
    for treatment in delivered.TREATMENTS:
        keep(folder_of(tmp_path, files), meadow, treatment, settings={"treatment": treatment})
        for row in Colorization.objects.filter(colorizer__slug=treatment):
            assert here[row.photo_id].share_clipped < 0.2
            difference = np.abs(row.read_rgb().astype(int) - here[row.photo_id].rgb8).max(axis=-1)
            assert (difference > 1).mean() <= here[row.photo_id].share_clipped


def test_the_measures_that_are_stored_are_those_of_the_pictures(tmp_path, meadow):
    keep(folder_of(tmp_path, results()), meadow)
    row = Colorization.objects.select_related("photo", "delivery").first()
    assert row.delivery.measures() == {
        name: value
        for name, value in delivered.look(row.read_rgb(), row.photo.read_rgb()).as_dict().items()
        if value is not None
    }
