"""How many finished pictures a second are imported, beside a bare loop that decodes, digests and writes them.

python -m benchmarks.imports [PICTURES] [WIDTH] [HEIGHT] [ZIP]

10,000 pictures of 96 x 80 from a folder unless told otherwise; ZIP packs them. Each is matched, compared with
its photo, stored, and then kept with the others in one step. The installation is one of its own, in a folder
that is removed at the end. Peak memory is printed for a fifth of the pictures and for all of them.
"""

import hashlib
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import _own_site


def pixels(number: int, width: int, height: int) -> np.ndarray:
    """A smooth picture with grain, different for each number (H, W, 3) uint8."""
    rng = np.random.default_rng(number)
    small = Image.fromarray(rng.integers(0, 256, (7, 7, 3), dtype=np.uint8))
    smooth = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)).astype(np.int16)
    return np.clip(smooth + rng.integers(-8, 9, smooth.shape, dtype=np.int16), 0, 255).astype(np.uint8)


def make(folder: Path, pictures: int, width: int, height: int) -> None:
    """A photo set in the database of this process, and a finished picture of each photo in the folder."""
    from django.core.files.base import ContentFile
    from django.core.management import call_command

    from colorizers.models import Photo, PhotoSet
    from colorizers.pictures import images

    call_command("migrate", verbosity=0)
    photo_set = PhotoSet.objects.create(name="many")
    folder.mkdir()
    for number in range(pictures):
        made = pixels(number, width, height)
        digest = images.pixel_digest(made)
        photo = Photo(digest=digest, source_digest=digest, name=f"p{number:06d}.jpg", width=width, height=height,
                      mean_chroma=20.0)  # fmt: skip
        photo.file.save(f"{digest}.png", ContentFile(images.encode_png(made)), save=True)
        photo_set.photos.add(photo)
        Image.fromarray(np.ascontiguousarray(made[..., ::-1])).save(folder / f"p{number:06d}.png")


def bare(folder: Path, out: Path) -> None:
    """The peer: decode, digest and write each picture, and nothing else."""
    out.mkdir()
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        with Image.open(path) as image:
            decoded = np.asarray(image.convert("RGB"))
        digest = hashlib.sha256(data).hexdigest()
        Image.fromarray(decoded).save(out / f"{digest}.png", compress_level=6)


def whole(source: Path, slug: str, *, some: int = 0) -> None:
    """Look at the pictures and keep them; `some`: the number of photos that have one, 0 for all."""
    from colorizers.models import PhotoSet
    from colorizers.services import deliveries, delivering

    photo_set = PhotoSet.objects.get(name="many")
    if some:
        part = PhotoSet.objects.create(name=f"some-{some}")
        part.photos.set(photo_set.photos.order_by("name")[:some])
        photo_set = part
    found = delivering.import_colorizations(source, photo_set=photo_set, slug=slug)
    kept = deliveries.keep(found, partial=bool(some))
    print(f"  {kept} kept")


def timed(work, *arguments, **options) -> tuple[float, float]:
    """Seconds by the clock and of processors; where others use the machine, only the second is a figure."""
    clock, processors = time.perf_counter(), time.process_time()
    work(*arguments, **options)
    return time.perf_counter() - clock, time.process_time() - processors


def _peak(data: str, source: Path, slug: str, some: int, answer) -> None:
    _own_site.use(Path(data))
    whole(source, slug, some=some)
    answer.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def peak_mb(data: Path, source: Path, slug: str, some: int = 0) -> float:
    """The peak memory of a process that imports, in MB."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_peak, args=(str(data), source, slug, some, there)
    )
    process.start()
    peak = here.recv()
    process.join()
    return float(peak)


def main(pictures: int = 10_000, width: int = 96, height: int = 80, pack: bool = False) -> None:
    with tempfile.TemporaryDirectory() as place:
        data, folder = Path(place) / "data", Path(place) / "results"
        _own_site.use(data)
        print(f"making {pictures} photos and pictures of {width} x {height} ...", flush=True)
        make(folder, pictures, width, height)
        source = folder
        if pack:
            source = Path(place) / "results.zip"
            with zipfile.ZipFile(source, "w") as archive:
                for path in sorted(folder.iterdir()):
                    archive.write(path, path.name)
        plain = timed(bare, folder, Path(place) / "bare")
        all_of_it = timed(whole, source, "first")
        again = timed(whole, source, "first")
        for what, (clock, processors) in (("bare loop", plain), ("import", all_of_it), ("once more", again)):
            rate = f"{pictures / clock:.0f} a second"
            print(f"{what}: {clock:.1f} s, {processors:.1f} s of processors, {rate}")
        print(f"ratio {plain[0] / all_of_it[0]:.2f} (clock), {plain[1] / all_of_it[1]:.2f} (processors)")
        few, many = peak_mb(data, source, "few", pictures // 5), peak_mb(data, source, "many")
        print(f"peak memory: {few:.0f} MB for {pictures // 5} pictures, {many:.0f} MB for {pictures}")
    print(f"load {', '.join(f'{load:.1f}' for load in os.getloadavg())}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]), pack="ZIP" in sys.argv[4:])
