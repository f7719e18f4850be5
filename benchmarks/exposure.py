"""How exactly does the trial runner keep an exposure, beside a stock plug-in of jsPsych?

Usage: python benchmarks/exposure.py [--ms 1000 500 100 50] [--trials 50] [--rounds 5] [--idle | --load]

Plays three ways of showing a picture in turn, in one page of a headless Chromium, so that all meet the same
machine: the runner's plug-in under jsPsych; jsPsych's own image-keyboard-response, which hides by a timer; and a
bare requestAnimationFrame loop with nothing else on the page, which is the floor. First idle, then while the page
is blocked at random for 20-60 ms every 50 ms.
Errors are taken on the callback clock (performance.now() in the callback that shows or hides; for the stock plug-in,
in the animation frame that first has the picture, and the one that first has it no more) against the plan in whole
refreshes. A frame is off when the error is half a refresh or more. Each spoiled exposure must be detected: an
observer of the page that is no part of the runner takes the times of showing and hiding, and what it finds spoiled
must have a fault by the server's own rule (studies/rules/exposure.py), from the runner's report alone.
The trials are split into rounds, each with a ratio of the root mean squares of the errors (stock over runner): on
a busy machine the ratios differ, and the machine's load is printed beside them.
"""

import argparse
import http.server
import json
import os
import sys
import threading
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from studies.rules.exposure import DEFAULT_RULES, exposure_faults  # noqa: E402 - the project is not installed

OBSERVER_MS = 3.0
PLUGIN = "node_modules/@jspsych/plugin-image-keyboard-response/dist"
TYPES = {".js": "text/javascript", ".css": "text/css"}
FOLDERS = {
    "/jspsych/": ROOT / "node_modules/jspsych/dist",
    "/stock/": ROOT / PLUGIN,
    "/studies/": ROOT / "studies/static/studies",
}
PAGE = b"""<!doctype html><meta charset="utf-8"><title>Exposure</title>
<link rel="stylesheet" href="/studies/runner.css"><script src="/jspsych/index.browser.min.js"></script>
<script src="/stock/index.browser.min.js"></script>
<body class="running"><main class="runner"><div class="runner-display"></div></main>"""

MEASURE = """
async ({ ms, trials, load }) => {
  const { FramesPlugin } = await import("/studies/runner/plugin.js");
  const { measureRefresh } = await import("/studies/runner/exposure.js");
  const { RefreshMeter } = await import("/studies/runner/frames.js");
  const { ENGLISH } = await import("/studies/runner/texts.js");
  const WORDS = { captions: {}, verdict: {} };
  const meter = new RefreshMeter();
  const refresh = await measureRefresh(meter);
  if (load) {
    setInterval(() => {
      const until = performance.now() + 20 + 40 * Math.random();
      while (performance.now() < until);
    }, 50);
  }
  const frame = () =>
    new Promise((resolve) => requestAnimationFrame((stamp) => resolve([stamp, performance.now()])));
  const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const display = document.querySelector(".runner-display");

  const picture = document.createElement("canvas");
  picture.width = picture.height = 256;
  picture.getContext("2d").fillRect(0, 0, 256, 256);
  const bitmap = await createImageBitmap(picture);
  const pressed = new MutationObserver(() => {
    const button = display.querySelector(".runner-choice");
    if (button?.style.visibility === "visible" && !button.disabled) {
      setTimeout(() => window.dispatchEvent(new KeyboardEvent("keydown", { key: "f" })), 50);
    }
  });
  pressed.observe(display, { subtree: true, attributes: true, attributeFilter: ["style"] });
  const trial = {
    code: "benchmark", number: 1, kind: "test", prompt: "Which?", slots: ["left", "right"],
    frames: [
      { kind: "blank", duration_ms: 200, images: [] },
      { kind: "images", duration_ms: ms, images: [{ slot: "left", src: "/picture" }] },
      { kind: "answer", duration_ms: null, images: [] },
    ],
    answers: [{ value: "left", label: "Left", keys: ["f"] }, { value: "right", label: "Right", keys: ["j"] }],
    more: [], feedback: false,
  };
  // An observer that the runner does not know: when the picture's canvas was shown, and when it was hidden.
  const changes = [];
  new MutationObserver((records) => {
    const now = performance.now();
    for (const { target } of records) {
      if (target.className === "runner-picture") changes.push([target.style.visibility, now]);
    }
  }).observe(display, { subtree: true, attributes: true, attributeFilter: ["style"] });
  async function runner() {
    changes.length = 0;
    const jsPsych = initJsPsych({ display_element: display });
    const load = async () => ({ get: () => bitmap });
    const services = { load, meter: () => meter, texts: () => ENGLISH, words: () => WORDS };
    await jsPsych.run([{ type: FramesPlugin, trial, image_px: 256, ...services }]);
    const [{ frames, refresh_ms }] = jsPsych.data.get().values();
    const shown = changes.findIndex(([visibility]) => visibility === "visible");
    const hidden = changes.findIndex(([visibility], i) => i > shown && visibility === "hidden");
    display.replaceChildren();
    const [{ onset_now, offset_now }] = frames;
    return { shown: offset_now - onset_now, seen: changes[hidden][1] - changes[shown][1], frames, refresh_ms };
  }
  async function bare() {
    display.replaceChildren(picture);
    // The loop runs before the onset too, as in the runner: a first animation frame comes late.
    for (let blank = 0; blank < 12; blank += 1) await frame();
    const [since, onset] = await frame();
    picture.style.visibility = "visible";
    for (;;) {
      const [stamp, now] = await frame();
      if (stamp - since < ms - refresh / 2) continue;
      picture.style.visibility = "hidden";
      return { shown: now - onset };
    }
  }
  const address = picture.toDataURL();
  async function stock() {
    await pause(17 * Math.random());
    const jsPsych = initJsPsych({ display_element: display });
    const times = { stimulus_duration: ms, trial_duration: ms + 200 };
    const over = jsPsych.run([
      { type: jsPsychImageKeyboardResponse, stimulus: address, choices: "NO_KEYS", ...times },
    ]);
    const find = () => display.querySelector("#jspsych-image-keyboard-response-stimulus");
    let now;
    do [, now] = await frame(); while (!find());
    const onset = now;
    do [, now] = await frame(); while (find() && find().style.visibility !== "hidden");
    await over;
    display.replaceChildren();
    return { shown: now - onset };
  }
  const results = { runner: [], stock: [], bare: [] };
  await pause(500);
  for (let i = 0; i < trials; i += 1) {
    results.runner.push(await runner());
    results.stock.push(await stock());
    results.bare.push(await bare());
  }
  return { refresh, results };
}
"""


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the page, the runner's modules and jsPsych, isolated so that the clock is fine."""

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        """Answer with the page or with a file of one of the two folders."""
        body, kind = PAGE, "text/html"
        for prefix, folder in FOLDERS.items():
            if self.path.startswith(prefix):
                file = (folder / self.path.removeprefix(prefix)).resolve()
                if not file.is_relative_to(folder.resolve()) or not file.is_file():
                    self.send_error(404)
                    return
                body, kind = file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream")
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.end_headers()
        self.wfile.write(body)


def errors_of(entries: list[dict], ms: float, refresh: float, key: str = "shown") -> np.ndarray:
    """Measured minus intended exposure in ms, where intended is the plan in whole refreshes."""
    intended = max(1, round(ms / refresh)) * refresh
    return np.array([entry[key] for entry in entries]) - intended


def describe(name: str, errors: np.ndarray, refresh: float) -> None:
    """Print one line of errors."""
    median, p95, most = np.percentile(np.abs(errors), [50, 95, 100])
    off = int((np.abs(errors) >= refresh / 2).sum())
    print(
        f"  {name:7} error median {median:7.3f}  p95 {p95:7.3f}  max {most:7.3f}  SD {errors.std():7.3f} ms   "
        f"frames off: {off} of {len(errors)}"
    )


def detected(entries: list[dict], ms: float, refresh: float) -> tuple[int, int]:
    """How many exposures the observer found spoiled, and how many of those the server's rule detects.

    The observer hears of a change a moment after the runner has read its clock, so the two may disagree within
    OBSERVER_MS of what is allowed; a machine that is busy otherwise stretches that moment.
    """
    allowed = min((DEFAULT_RULES.frames_off + 0.5) * refresh, DEFAULT_RULES.tolerance_ms)
    spoiled = np.abs(errors_of(entries, ms, refresh, "seen")) > allowed + OBSERVER_MS
    found = [bool(exposure_faults(entry["frames"], [], entry["refresh_ms"])) for entry in entries]
    return int(spoiled.sum()), int((spoiled & np.array(found)).sum())


def ratio(ways: dict[str, list[dict]], ms: float, refresh: float) -> float:
    """Root mean square of the stock plug-in's errors over the runner's."""
    sizes = {name: np.sqrt((errors_of(entries, ms, refresh) ** 2).mean()) for name, entries in ways.items()}
    return float(sizes["stock"] / max(sizes["runner"], 1e-3))


def measure(page: Page, *, ms: float, trials: int, rounds: int, load: bool) -> tuple[float, int]:
    """Measure and print one exposure; gives the median ratio and the spoiled exposures that went undetected."""
    ways: dict[str, list[dict]] = {}
    ratios, refreshes = [], []
    for _ in range(rounds):
        page.reload()
        measured = page.evaluate(MEASURE, {"ms": ms, "trials": max(1, trials // rounds), "load": load})
        refreshes.append(measured["refresh"])
        ratios.append(ratio(measured["results"], ms, measured["refresh"]))
        for name, entries in measured["results"].items():
            ways.setdefault(name, []).extend(entries)
    refresh = float(np.median(refreshes))
    machine = f"machine load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
    print(f"{ms:g} ms, {'blocked at random' if load else 'idle'}, refresh {refresh:.3f} ms, {machine}")
    for name, entries in ways.items():
        describe(name, errors_of(entries, ms, refresh), refresh)
    spoiled, found = detected(ways["runner"], ms, refresh)
    listed = ", ".join(f"{value:.1f}" for value in sorted(ratios))
    print(f"  spoiled exposures of the runner: {spoiled}, detected: {found};  ratios by round: {listed}\n")
    return float(np.median(ratios)), spoiled - found


def main() -> None:
    """Measure and print; the last line has the ratios against the stock plug-in as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ms", type=float, nargs="+", default=[1000, 500, 100, 50])
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5, help="so many parts, each with a ratio of its own")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--idle", action="store_true", help="only while the page is idle")
    only.add_argument("--load", action="store_true", help="only while the page is blocked at random")
    system = Path("/usr/bin/chromium")
    parser.add_argument("--chromium", default=str(system) if system.exists() else None)
    options = parser.parse_args()
    states = [
        load for load in (False, True) if not (options.idle and load) and not (options.load and not load)
    ]
    if not (ROOT / PLUGIN).is_dir():
        sys.exit(f"{PLUGIN} is missing: `make lint` or `make test` once installs what developers need.")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ratios, missed = {}, 0
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=options.chromium, args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        for load in states:
            for ms in options.ms:
                name = f"{ms:g} ms {'blocked' if load else 'idle'}"
                ratios[name], undetected = measure(
                    page, ms=ms, trials=options.trials, rounds=options.rounds, load=load
                )
                missed += undetected
        browser.close()
    server.shutdown()
    rounded = {name: round(value, 1) for name, value in ratios.items()}
    print(json.dumps({"stock_error_over_runner_error": rounded, "spoiled_but_undetected": missed}))
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
