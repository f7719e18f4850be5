"""How exactly does the trial runner keep an exposure, against a timer as stock plug-ins use it?

Usage: python benchmarks/exposure.py [--ms 1000] [--trials 50] [--load] [--chromium PATH]

Plays three ways of showing a picture in turn, in one page of a headless Chromium, so that all meet the same
machine: the runner's plug-in under jsPsych; a bare requestAnimationFrame loop with nothing else on the page,
which is the floor; and setTimeout from the onset, which is how jsPsych's own image plug-ins hide a picture.
Durations are taken on the callback clock (performance.now() in the callback that shows or hides); for the
timer, from the refresh that follows the showing to the one that follows the hiding. The ratio at the end is
that of the root mean squares of the errors.
`--load` blocks the page for 20-60 ms every 50 ms: then what counts is that each spoiled exposure is noticed.
"""

import argparse
import http.server
import json
import os
import threading
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TYPES = {".js": "text/javascript", ".css": "text/css"}
FOLDERS = {"/jspsych/": ROOT / "node_modules/jspsych/dist", "/studies/": ROOT / "studies/static/studies"}
PAGE = b"""<!doctype html><meta charset="utf-8"><title>Exposure</title>
<link rel="stylesheet" href="/studies/runner.css"><script src="/jspsych/index.browser.min.js"></script>
<body class="running"><main class="runner"><div class="runner-display"></div></main>"""

MEASURE = """
async ({ ms, trials, load }) => {
  const { FramesPlugin } = await import("/studies/runner/plugin.js");
  const { measureRefresh } = await import("/studies/runner/exposure.js");
  const { RefreshMeter } = await import("/studies/runner/frames.js");
  const { ENGLISH } = await import("/studies/runner/texts.js");
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
  };
  async function runner() {
    const jsPsych = initJsPsych({ display_element: display });
    const load = async () => ({ get: () => bitmap });
    const services = { load, meter: () => meter, texts: () => ENGLISH };
    await jsPsych.run([{ type: FramesPlugin, trial, image_px: 256, ...services }]);
    const [{ onset_now, offset_now, dropped }] = jsPsych.data.get().values()[0].frames;
    display.replaceChildren();
    return { shown: offset_now - onset_now, noticed: dropped > 0 };
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
      return { shown: now - onset, noticed: false };
    }
  }
  async function timer() {
    display.replaceChildren(picture);
    await pause(200 + 17 * Math.random());
    picture.style.visibility = "visible";
    // A timer fires between refreshes: what people see runs from the next one to the next one.
    const shown = frame();
    await pause(ms);
    picture.style.visibility = "hidden";
    const hidden = frame();
    return { shown: (await hidden)[0] - (await shown)[0], noticed: false };
  }
  const results = { runner: [], bare: [], timer: [] };
  await pause(500);
  for (let i = 0; i < trials; i += 1) {
    results.runner.push(await runner());
    results.bare.push(await bare());
    results.timer.push(await timer());
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
                if not file.is_relative_to(folder) or not file.is_file():
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


def describe(name: str, shown: list[dict], ms: float, refresh: float) -> float:
    """Print one line of errors against the nearest number of refreshes; return their root mean square in ms."""
    intended = max(1, round(ms / refresh)) * refresh
    errors = np.array([entry["shown"] for entry in shown]) - intended
    noticed = np.array([entry["noticed"] for entry in shown])
    spoiled = np.abs(errors) > refresh / 2
    median, p95, most = np.percentile(np.abs(errors), [50, 95, 100])
    line = (
        f"{name:7} error median {median:7.3f}  p95 {p95:7.3f}  max {most:7.3f}  SD {errors.std():7.3f} ms   "
        f"off by half a frame or more: {spoiled.sum()} of {len(shown)}"
    )
    print(line + (f", noticed {(spoiled & noticed).sum()}" if name == "runner" else ""))
    return float(np.sqrt((errors**2).mean()))


def main() -> None:
    """Measure and print, with the ratio against the timer at the end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ms", type=float, default=1000)
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--load", action="store_true", help="block the page at random while measuring")
    system = Path("/usr/bin/chromium")
    parser.add_argument("--chromium", default=str(system) if system.exists() else None)
    options = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=options.chromium, args=arguments)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        settings = {"ms": options.ms, "trials": options.trials, "load": options.load}
        measured = page.evaluate(MEASURE, settings)
        browser.close()
    server.shutdown()
    refresh = measured["refresh"]
    load = f"machine load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
    print(f"{options.trials} exposures of {options.ms:g} ms each way, refresh {refresh:.3f} ms, {load}")
    ways = measured["results"]
    sizes = {name: describe(name, shown, options.ms, refresh) for name, shown in ways.items()}
    ratio = sizes["timer"] / max(sizes["runner"], 1e-3)
    print(json.dumps({"timer_error_over_runner_error": round(ratio, 1)}))


if __name__ == "__main__":
    main()
