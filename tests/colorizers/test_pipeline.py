"""Many photos at once give what each gives alone, within bounds, and each fails alone."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from colorizers.pictures.inference import ColorizationFailed, Source, colorize_rgb, of_area, square
from colorizers.pictures.pipeline import Job, Limits, colorize_many, is_out_of_memory
from tests.conftest import colourful_pixels

ROOT = Path(__file__).resolve().parents[2]


class Brush:
    """A predictor of many: its colours depend on the lightness, and it remembers its batches."""

    def __init__(self, *, most: int = 99, spoilt: str = "", error: type[Exception] = MemoryError) -> None:
        self.most, self.spoilt, self.error = most, spoilt, error
        self.batches: list[list[str]] = []
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, lightness, source):
        return self.many([lightness], [source])[0]

    def many(self, lightness, sources):
        self.batches.append([source.digest for source in sources])
        self.shapes.append(np.stack(lightness).shape)
        if len(lightness) > self.most:
            raise self.error("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")
        if self.spoilt in self.batches[-1]:
            raise ColorizationFailed("This one cannot be coloured.")
        answers = [np.stack([values / 5, 10 - values / 5], axis=-1) for values in lightness]
        for values in lightness:
            values[:] = np.nan
        return answers


def jobs_of(photos: dict[str, np.ndarray], keep=lambda picture, seconds: picture):
    return [
        Job(name, Source(name), rgb8.shape[0] * rgb8.shape[1], lambda rgb8=rgb8: rgb8, keep)
        for name, rgb8 in photos.items()
    ]


def outcomes(jobs, predict, **options):
    return {done.job.name: done for done in colorize_many(jobs, predict, **options)}


@pytest.fixture
def photos():
    return {f"p{seed}": colourful_pixels(seed, width=40, height=30) for seed in range(10)}


def test_many_photos_give_what_each_one_gives_alone(photos):
    photos |= {f"odd{n}": colourful_pixels(50 + n, width=31 + 8 * n, height=44) for n in range(3)}
    brush = Brush()
    found = outcomes(jobs_of(photos), brush, working_size=of_area(32, 8), promises_colour=True)
    assert found.keys() == photos.keys()
    for name, rgb8 in photos.items():
        alone = colorize_rgb(rgb8, Brush(), Source(name), working_size=of_area(32, 8))
        assert np.array_equal(found[name].kept.rgb8, alone.rgb8)
        assert found[name].kept.share_clipped == alone.share_clipped


def test_batches_hold_photos_of_one_shape_and_no_more_than_they_may(photos):
    photos |= {f"tall{n}": colourful_pixels(80 + n, width=30, height=40) for n in range(5)}
    brush = Brush()
    outcomes(jobs_of(photos), brush, limits=Limits(batch=4))
    assert max(shape[0] for shape in brush.shapes) == 4
    assert sorted(name for batch in brush.batches for name in batch) == sorted(photos)
    assert len(brush.batches) <= 6


def test_a_plain_predictor_gets_one_photo_at_a_time(photos):
    seen = []

    def predict(lightness, source):
        seen.append((lightness.shape, source.digest))
        return np.full((*lightness.shape, 2), 5, np.float32)

    found = outcomes(jobs_of(photos), predict, working_size=square(16))
    assert sorted(seen) == [((16, 16), name) for name in sorted(photos)]
    assert all(done.error is None for done in found.values())


def test_nothing_to_do_is_done_at_once():
    assert list(colorize_many([], Brush())) == []


# --- failures ----------------------------------------------------------------------------------


def broken():
    raise OSError("gone")


@pytest.mark.parametrize("stage", ["read", "predict", "keep"])
def test_a_photo_that_fails_at_any_stage_fails_alone(photos, stage):
    jobs = jobs_of(photos)
    if stage != "predict":
        step = {"read": broken, "keep": lambda picture, seconds: broken()}[stage]
        jobs[3] = Job(**{**vars(jobs[3]), stage: step})
    found = outcomes(jobs, Brush(spoilt="p3" if stage == "predict" else ""), limits=Limits(batch=4))
    assert {name for name, done in found.items() if done.error} == {"p3"}
    assert isinstance(found["p3"].error, ColorizationFailed if stage == "predict" else OSError)


def test_an_answer_that_is_no_colour_fails_its_own_photo(photos):
    class HalfBlind(Brush):
        def many(self, lightness, sources):
            answers = super().many(lightness, sources)
            for answer, source in zip(answers, sources, strict=True):
                if source.digest in {"p1", "p8"}:
                    answer[0, 0] = np.nan
            return answers

    found = outcomes(jobs_of(photos), HalfBlind())
    assert {name for name, done in found.items() if done.error} == {"p1", "p8"}
    assert "not finite" in str(found["p8"].error)


def test_too_few_answers_are_nobodys(photos):
    class Forgetful(Brush):
        def many(self, lightness, sources):
            return super().many(lightness, sources)[:-1] or [np.zeros((1, 1, 2))]

    found = outcomes(jobs_of(photos), Forgetful(), limits=Limits(batch=2))
    assert all("shape" in str(done.error) for done in found.values())


@pytest.mark.parametrize("error", [MemoryError, RuntimeError])
def test_a_batch_that_does_not_fit_is_halved_and_stays_so(photos, error):
    brush = Brush(most=2, error=error)
    found = outcomes(jobs_of(photos), brush, limits=Limits(batch=8))
    assert all(done.error is None for done in found.values())
    sizes = [len(batch) for batch in brush.batches]
    assert sizes[:3] == [8, 4, 2]
    assert max(sizes[3:]) <= 2
    for name, rgb8 in photos.items():
        assert np.array_equal(found[name].kept.rgb8, colorize_rgb(rgb8, Brush(), Source(name)).rgb8)


def test_a_photo_that_does_not_fit_alone_fails_with_words_that_say_so(photos):
    found = outcomes(jobs_of(photos), Brush(most=0), limits=Limits(batch=4))
    assert len(found) == 10
    for done in found.values():
        assert done.kept is None
        assert isinstance(done.error, ColorizationFailed)
        assert "not enough memory" in str(done.error)
        assert "(30, 40)" in str(done.error)
        assert "input_px" in str(done.error)


def test_memory_that_is_short_elsewhere_is_said_in_the_same_words(photos):
    def greedy():
        raise MemoryError("Unable to allocate 9 GiB")

    jobs = jobs_of(photos)
    jobs[0] = Job(**{**vars(jobs[0]), "read": greedy})
    assert "not enough memory" in str(outcomes(jobs, Brush())["p0"].error)


def test_the_ways_in_which_libraries_run_out_of_memory_are_known():
    class OutOfMemoryError(RuntimeError):
        pass

    for error in (OutOfMemoryError("CUDA"), RuntimeError("CUDA error: out of memory"), MemoryError()):
        assert is_out_of_memory(error)
    for error in (RuntimeError("shapes differ"), ValueError("out of memory"), OSError("bad allocation")):
        assert not is_out_of_memory(error)


# --- bounds ------------------------------------------------------------------------------------


class Gauge:
    """Counts what is in flight, and its pixels, from the moment a job is drawn until it is finished."""

    def __init__(self, jobs):
        self.jobs, self.now, self.most, self.pixels, self.most_pixels = jobs, 0, 0, 0, 0
        self.thread = threading.current_thread()

    def __iter__(self):
        for job in self.jobs:
            assert threading.current_thread() is self.thread
            self.now += 1
            self.pixels += job.pixels
            self.most, self.most_pixels = max(self.most, self.now), max(self.most_pixels, self.pixels)
            yield job

    def run(self, **options):
        for done in colorize_many(self, Brush(), **options):
            self.now -= 1
            self.pixels -= done.job.pixels


@pytest.mark.parametrize("number", [40, 120])
def test_what_is_in_flight_does_not_grow_with_the_number_of_photos(number):
    photo = colourful_pixels(1, width=24, height=16)
    limits = Limits(batch=3, threads=2)
    gauge = Gauge(jobs_of({f"p{n}": photo for n in range(number)}))
    gauge.run(limits=limits)
    # One more may have been drawn and wait for room.
    assert 4 <= gauge.most <= limits.in_flight + 1 == 12


def test_large_photos_travel_alone():
    photos = {f"p{n}": colourful_pixels(n, width=60, height=50) for n in range(6)}
    gauge = Gauge(jobs_of(photos))
    gauge.run(limits=Limits(batch=4, pixels=2999))
    assert gauge.most == 2  # one in flight, and one that waits unread
    gauge = Gauge(jobs_of(photos))
    gauge.run(limits=Limits(batch=4, pixels=6000))
    assert gauge.most == 3


def test_pictures_are_read_and_kept_while_the_predictor_computes(photos):
    """The predictor answers only once the next photos were read and the last ones kept."""
    reads, kept, patient = [], [], []

    def wait_until(condition):
        deadline = time.monotonic() + 5
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.001)
        patient.append(condition())

    class Slow(Brush):
        def many(self, lightness, sources):
            before = 2 * len(self.batches)
            wait_until(lambda: len(reads) >= min(before + 4, len(photos)) and len(kept) >= before)
            return super().many(lightness, sources)

    jobs = [
        Job(**{**vars(job), "read": lambda job=job: reads.append(job.name) or job.read()})
        for job in jobs_of(photos, keep=lambda picture, seconds: kept.append(seconds))
    ]
    outcomes(jobs, Slow(), limits=Limits(batch=2))
    assert patient == [True] * 5
    assert len(kept) == len(photos)


def test_whoever_stops_listening_leaves_no_thread_behind(photos):
    before = threading.active_count()
    finished = colorize_many(jobs_of(photos), Brush(), limits=Limits(batch=2))
    next(finished)
    finished.close()
    assert threading.active_count() == before


@pytest.mark.parametrize("wrong", [{"batch": 0}, {"threads": 0}, {"pixels": 0}])
def test_limits_that_let_nothing_through_are_refused(wrong):
    with pytest.raises(ValueError, match="at least 1"):
        Limits(**wrong)


LARGE = """
import io, resource, sys
import numpy as np, torch
from PIL import Image
from colorizers.pictures import colour, images
from colorizers.pictures.inference import Source, of_area
from colorizers.networks import build
from colorizers.networks.codes import Decoding
from colorizers.networks.running import NetworkPredictor
from colorizers.pictures.pipeline import Job, Limits, colorize_many

torch.manual_seed(0)
torch.set_num_threads(1)
network = build("zhang2016", "class", width=0.125)
predict = NetworkPredictor(network, Decoding(), "cpu")

def jpeg(width, height):
    small = np.random.default_rng(3).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
    return file.getvalue()

def colour_all(data, number):
    jobs = [
        Job(n, Source(str(n)), width * height, lambda: images.read_photo(data).rgb8,
            lambda picture, seconds: images.encode_png(picture.rgb8) and picture.rgb8)
        for n, (width, height) in enumerate([Image.open(io.BytesIO(data)).size] * number)
    ]
    before = images.read_photo(data).rgb8
    for done in colorize_many(jobs, predict, working_size=of_area(256, 8), promises_colour=False):
        assert done.error is None, done.error
        after = done.kept
        assert after.shape == before.shape
        rows = slice(0, 200)
        moved = abs(colour.rgb_to_lightness(after[rows]) - colour.rgb_to_lightness(before[rows]))
        print("shape", *after.shape, "median move", float(np.median(moved)))
        del done

peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
data = jpeg(4000, 3000)
colour_all(jpeg(400, 300), 12)
before = peak()
colour_all(data, int(sys.argv[1]))
print("grew", (peak() - before) // (1 if sys.platform == "linux" else 1024))
"""


@pytest.mark.slow
def test_photos_of_4000_by_3000_are_coloured_whole_in_less_than_600_megabytes():
    """Resident memory of a process of its own, above what it took for small photos."""
    command = [sys.executable, "-c", LARGE, "2"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    *pictures, grew = result.stdout.splitlines()
    large = [line for line in pictures if line.startswith("shape 3000 4000 3 ")]
    assert len(large) == 2
    for line in large:
        assert float(line.split()[-1]) < 0.3
    assert int(grew.split()[1]) < 600 * 1024
    print(grew)


def test_onnx_runtimes_way_of_saying_that_memory_is_short_is_known():
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail

    assert is_out_of_memory(
        Fail("[ONNXRuntimeError] : 1 : FAIL : Failed to allocate memory for requested buffer")
    )
