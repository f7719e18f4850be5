"""How much of a bare network's rate is left when real photos become real rows and files.

    python benchmarks/colorize_throughput.py [--quick] [--photos 32] [--rounds 5]

Peer: the same network in the same run, given ready batches in memory and nothing else to do. Against it
the whole of a worker's part: database, files, digests, L*, resizing, joining, checks, PNG. Then real
workers with 1, 2 and 4 processes of one thread each, through Redis; and peak memory at N and 4 N photos.

The network is zhang2016 at full width WITH RANDOM WEIGHTS: right for its speed, useless for its colours.
Everything is written to a folder that is removed at the end. Other programs on the machine disturb
single figures, so bare loop and pipeline take turns, and each ratio is of two neighbours.
"""

import argparse
import contextlib
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Not inserted but replaced: this folder's modules must not stand in for others.
sys.path[0] = str(Path(__file__).parents[1])
ROOT = Path(__file__).parents[1]
SIDE = 256


def enter(data: Path) -> None:
    """Make this process part of an installation in that folder."""
    os.environ |= {
        "FOOLRATE_DATA": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'benchmark.sqlite3'}",
        "COLORIZE_DEVICE": "cpu",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TASK_VISIBILITY_SECONDS": "900",
    }
    import django

    django.setup()


def make_photos(folder: Path, number: int) -> None:
    """Colourful pictures of 256 x 256 with areas, edges and grain, as JPEG files."""
    import numpy as np
    from PIL import Image

    folder.mkdir()
    for seed in range(number):
        rng = np.random.default_rng(seed)
        small = Image.fromarray(rng.integers(0, 256, (7, 7, 3), dtype=np.uint8))
        picture = np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC)).astype(float)
        picture += rng.normal(0, 6, picture.shape)
        file = folder / f"{seed:04d}.jpg"
        Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(file, quality=92)


def prepare(data: Path, number: int):
    """Photos and a colorizer, by the real services; gives the photo set and the colorizer."""
    import torch
    from django.core.management import call_command

    from colorizers.models import PhotoSet
    from colorizers.networks import build
    from colorizers.networks.weights import WeightsFacts, save_network
    from colorizers.services import importing, registering

    call_command("migrate", verbosity=0)
    make_photos(data / "originals", number)
    photo_set = PhotoSet(name="benchmark")
    importing.import_photos(data / "originals", photo_set=photo_set, licence="made here")
    assert photo_set.photos.count() == number
    torch.manual_seed(0)
    weights = data / "random-weights.safetensors"
    save_network(weights, build("zhang2016", "class"), WeightsFacts("zhang2016", "class"))
    colorizer = registering.register_colorizer(
        slug="random-weights", method="zhang2016", variant="class", weights=weights
    )
    return photo_set, colorizer


def bare(loaded, number: int) -> tuple[float, float]:
    """Seconds and processor seconds an image of the network alone, in batches that lie ready."""
    from django.conf import settings

    from colorizers.networks.running import reference_lightness
    from colorizers.pictures.inference import Source

    size = min(settings.COLORIZE_BATCH, number)
    batch, sources = reference_lightness((SIDE, SIDE), size), [Source("")] * size
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(number // size):
        loaded.predict.many(batch, sources)
    done = number // size * size
    return (time.perf_counter() - wall) / done, (time.process_time() - cpu) / done


def whole(photo_set, colorizer, number: int) -> tuple[float, float]:
    """Seconds and processor seconds an image of the service that a worker calls, in its chunks."""
    from django.conf import settings

    from colorizers.services import painting

    run = fresh_order(photo_set, colorizer)
    ids = list(run.colorizations.order_by("pk").values_list("pk", flat=True))[:number]
    wall, cpu = time.perf_counter(), time.process_time()
    for start in range(0, number, settings.COLORIZE_CHUNK):
        painting.colorize_chunk(run.pk, ids[start : start + settings.COLORIZE_CHUNK], task_id="benchmark")
    result = (time.perf_counter() - wall) / number, (time.process_time() - cpu) / number
    assert run.colorizations.done().count() == number, run.colorizations.failed().first().error
    return result


def fresh_order(photo_set, colorizer):
    """An order for the whole set, as if nothing had been made before; nothing is queued yet."""
    from django.core.files.storage import default_storage

    from colorizers.models import Colorization, GenerationRun
    from colorizers.services import catalogue
    from config.celery import app

    for name in Colorization.objects.done().values_list("file", flat=True):
        default_storage.delete(name)
    Colorization.objects.all().delete()
    GenerationRun.objects.all().delete()
    app.control.purge()
    return catalogue.order_generation(photo_set=photo_set, colorizer=colorizer)


@contextlib.contextmanager
def worker(processes: int, data: Path):
    """A real worker for the networks' queue, one thread of torch for each process."""
    from config.celery import app
    from config.processes import services

    node = f"benchmark-{processes}@here"
    environment = os.environ | services.worker_environment(1000)
    with (data / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            services.worker_command(processes, node, ["gpu"]),
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            while not app.control.ping(destination=[node], timeout=1.0):
                assert process.poll() is None, f"The worker ended: {data / 'worker.log'}"
            yield
        finally:
            process.terminate()
            process.wait()


def by_workers(photo_set, colorizer, processes: int, data: Path) -> float:
    """Seconds an image from the order to the last row, once the processes have loaded the colorizer."""
    with worker(processes, data):
        for _ in range(2):
            started = time.perf_counter()
            run = fresh_order(photo_set, colorizer)
            while run.progress().settled < run.total:
                time.sleep(0.05)
            seconds = (time.perf_counter() - started) / run.total
            assert run.progress().done == run.total
        return seconds


def peak_memory(data: Path, times: int) -> int:
    """Peak resident memory in MB of a process that colours all photos so many times."""
    command = [sys.executable, __file__, "--memory", str(times), "--data", str(data)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(result.stdout.split()[-1])


def measure_memory(data: Path, times: int) -> None:
    """In a process of its own: colour and print the peak."""
    enter(data)
    from colorizers.models import Colorizer, PhotoSet

    photo_set = PhotoSet.objects.get()
    for _ in range(times):
        whole(photo_set, Colorizer.objects.get(), photo_set.photos.count())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak // (1024 if sys.platform == "linux" else 1024**2))


def main(data: Path, *, number: int, rounds: int) -> None:
    os.environ.setdefault("COLORIZE_CHUNK", str(max(1, number // 4)))
    enter(data)
    import torch
    from django.conf import settings

    from colorizers.services.loading import load
    from config.processes.redis import embedded_redis
    from config.processes.services import cores

    with embedded_redis(data):
        photo_set, colorizer = prepare(data, number)
        loaded = load(colorizer.pk, colorizer.digest)
        print(
            f"torch {torch.__version__}, {cores()} cores, {torch.get_num_threads()} threads, {loaded.facts}\n"
            f"zhang2016 (class) at full width with random weights, {number} photos of {SIDE} x {SIDE}, batches "
            f"of {settings.COLORIZE_BATCH}, chunks of {settings.COLORIZE_CHUNK}, {rounds} rounds"
        )
        bare(loaded, settings.COLORIZE_BATCH)
        ratios, cpu_ratios = [], []
        for turn in range(rounds):
            # Whoever goes first changes with each round, as the machine's other load drifts.
            both = {}
            for name in ("bare", "whole") if turn % 2 == 0 else ("whole", "bare"):
                both[name] = bare(loaded, number) if name == "bare" else whole(photo_set, colorizer, number)
            ratios.append(both["bare"][0] / both["whole"][0])
            cpu_ratios.append(both["bare"][1] / both["whole"][1])
            print(
                f"  bare network {1 / both['bare'][0]:6.2f} images/s   pipeline {1 / both['whole'][0]:6.2f} "
                f"images/s   ratio {ratios[-1]:.2f}   processor time {cpu_ratios[-1]:.2f}"
            )
        print(f"  pipeline / bare, median {statistics.median(ratios):.2f}; best {max(ratios):.2f}")
        print(f"  the same in processor time, median {statistics.median(cpu_ratios):.2f}")

        alone = None
        for processes in (1, 2, 4):
            rate = 1 / by_workers(photo_set, colorizer, processes, data)
            alone = alone or rate
            print(
                f"  worker, {processes} process(es) x 1 thread {rate:6.2f} images/s   {rate / alone:.2f} x one"
            )

        few, many = peak_memory(data, 1), peak_memory(data, 4)
        print(f"  peak memory {few} MB for {number} photos, {many} MB for {4 * number}: {many / few:.2f} x")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few photos: shows that it runs, not how fast")
    parser.add_argument("--photos", type=int, help="how many (32; 8 if quick)")
    parser.add_argument("--rounds", type=int, help="turns of bare loop and pipeline (5; 2 if quick)")
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.memory:
        measure_memory(given.data, given.memory)
    else:
        with tempfile.TemporaryDirectory(prefix="foolrate-benchmark-") as folder:
            # Asked to end, it stops its Redis and its worker and removes its folder, as after Ctrl-C.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
            photos, rounds = (8, 2) if given.quick else (32, 5)
            main(Path(folder), number=max(4, given.photos or photos), rounds=given.rounds or rounds)
