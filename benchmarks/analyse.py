"""How long `manage.py analyse` takes for a file of a million answers, and in how much memory.

    pip install pandas
    python benchmarks/analyse.py [--rows 1000000] [--times 5] [--file ANSWERS.csv] [--pandas PYTHON]

Writes a CSV file of simulated answers (5,000 people, four conditions, 10,000 photos, every twentieth trial for
vigilance), or takes one that there is, and runs the command on it as a person would: everything but the bootstrap and
the mixed model, from the start of Python to the JSON on the disk. Prints wall clock, processor time and peak memory of
each run beside the bars (1.5 times the peer, 1 GB). The peer is a Python that imports pandas and reads the same file by
`pandas.read_csv`, nothing else; its runs alternate with ours, process against process. A second one reads by pandas'
engine "pyarrow", for comparison without a bar. pandas is no requirement of this
project: `--pandas` names the interpreter of an environment that has it. Ends with status 1 if the least wall clock, the
least processor time or the memory is above its bar.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
# Not inserted but replaced, as in the other scripts: this folder must not stand in for standard modules.
sys.path[0] = str(ROOT)
TIMES_PANDAS, MEGABYTES = 1.5, 1000
PEER = "import sys, pandas; pandas.read_csv(sys.argv[1])"
FASTER_PEER = "import sys, pandas; pandas.read_csv(sys.argv[1], engine='pyarrow')"
HEADER = "row_id,participant_id,trial_index,phase,model,image_id,fake_side,chosen_side,fooled,rt_ms,exposure_ms,attention_passed"
MODELS = ("L2", "classes", "grey", "adversarial")
TRIALS, PHOTOS = 200, 10_000


def write(path, rows, seed=1):
    """So many simulated answers; people, photos and conditions differ."""
    rng = np.random.default_rng(seed)
    people = -(-rows // TRIALS)
    ability, ease = rng.normal(0, 0.6, people), rng.normal(0, 0.7, PHOTOS)
    level = dict(zip(MODELS, (-1.3, -0.9, -2.5, -0.5), strict=True))
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER + "\n")
        for person in range(people):
            count = min(TRIALS, rows - person * TRIALS)
            photos, models = rng.choice(PHOTOS, count, replace=False), rng.choice(MODELS, count)
            chance = 1 / (1 + np.exp(-(ability[person] + ease[photos] + [level[model] for model in models])))
            fooled, right = rng.random(count) < chance, rng.random(count) < 0.5
            times = rng.lognormal(6.8, 0.4, count).astype(int)
            for at in range(count):
                check = at % 20 == 19
                wrong = fooled[at] and not check
                fake = "R" if right[at] else "L"
                chosen = "LR"[fake == "L"] if wrong else fake
                facts = "attention" if check else "test", models[at], f"img{photos[at]:05d}", fake, chosen
                row = person * TRIALS + at + 1, f"P{person:06d}", at, *facts, int(wrong), times[at], 1000
                file.write(",".join(map(str, row)) + (",1\n" if check else ",\n"))


def spent(command):
    """Wall clock and processor time of a command in s, and its peak memory in MB."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))} ended with status {status}")
    return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    """Write the file, run the command on it some times, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--file", type=Path, help="a CSV file of answers that there is")
    parser.add_argument("--pandas", default=sys.executable, metavar="PYTHON", help="one that has pandas")
    options = parser.parse_args()
    if subprocess.run([options.pandas, "-c", "import pandas"], capture_output=True, check=False).returncode:
        sys.exit(f"{options.pandas} has no pandas: pip install pandas, or name another by --pandas")
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"FOOLRATE_DATA": name, "DATABASE_URL": ""}
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # pandas is installed with its bytecode, too.
        path = options.file.resolve() if options.file else Path(name) / "answers.csv"
        if not options.file:
            print(f"writing {options.rows:,} rows ...", file=sys.stderr, flush=True)
            write(path, options.rows)
        command = [sys.executable, "manage.py", "analyse", path, "--json", Path(name) / "out.json"]
        peers = [[options.pandas, "-c", peer, path] for peer in (PEER, FASTER_PEER)]
        spent(command)
        runs = [tuple(map(spent, (command, *peers))) for _ in range(options.times)]
        size = path.stat().st_size / 1e6
    print(f"{path.name}, {size:.0f} MB; wall clock / processor time in s, peak memory in MB")
    print("| run | analyse | pandas.read_csv | the same by pyarrow |\n|---|---:|---:|---:|")
    for number, row in enumerate(runs, start=1):
        print(
            f"| {number} | "
            + " | ".join(f"{wall:.2f} / {busy:.2f} / {peak:.0f}" for wall, busy, peak in row)
            + " |"
        )
    ours, *others = ([min(column) for column in zip(*side, strict=True)] for side in zip(*runs, strict=True))
    ratios = [[mine / peer for mine, peer in zip(ours[:2], theirs[:2], strict=True)] for theirs in others]
    for name, (wall, busy) in zip(("pandas", "pandas by pyarrow"), ratios, strict=True):
        print(f"least of each: {wall:.2f} x the wall clock, {busy:.2f} x the processor time of {name}")
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"{os.cpu_count()} cores, load of the machine {load} (1, 5, 15 minutes)")
    kept = max(ratios[0]) <= TIMES_PANDAS and max(run[0][2] for run in runs) <= MEGABYTES
    print(f"bars: {TIMES_PANDAS:g} x pandas, {MEGABYTES} MB: {'kept' if kept else 'MISSED'}")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
