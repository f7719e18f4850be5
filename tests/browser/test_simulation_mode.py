"""jsPsych's own simulation mode plays our plug-ins, with and without a display."""

import pytest

from tests.browser.playing import DESK

pytestmark = pytest.mark.browser

JSPSYCH = "/static/vendor/jspsych/index.browser.min.js"
SIMULATE = """
async (mode) => {
  const at = "/static/studies/runner/";
  const { FramesPlugin } = await import(at + "plugin.js");
  const { ScreenPlugin } = await import(at + "screens.js");
  const { RefreshMeter } = await import(at + "frames.js");
  const { ENGLISH } = await import(at + "texts.js");
  // The runner's style sheet is not in this page, so nothing else gives the stage its room.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".runner-stage { height: 600px }");
  document.adoptedStyleSheets = [sheet];
  const meter = new RefreshMeter();
  const picture = document.createElement("canvas");
  picture.width = picture.height = 80;
  const bitmap = await createImageBitmap(picture);
  const delivered = [];
  const images = [{ slot: "left", src: "/a" }, { slot: "right", src: "/b" }];
  const trial = {
    code: "simulated", number: 1, kind: "test", prompt: "Which?", slots: ["left", "right"],
    frames: [
      { kind: "blank", duration_ms: 50, images: [] },
      { kind: "images", duration_ms: 100, images },
      { kind: "noise", duration_ms: 30, images: [] },
      { kind: "answer", duration_ms: null, images: [] },
    ],
    answers: [{ value: "left", label: "Left", keys: ["f"] }, { value: "right", label: "Right", keys: ["j"] }],
    more: [{ name: "sure", prompt: "Sure?", answers: [{ value: "yes", label: "Yes", keys: ["y"] }] }],
  };
  const words = () => ({});
  const deliver = async (of, sealed) => {
    delivered.push([of.code, sealed.answer, sealed.more[0].answer]);
    return { stale: false, feedback: null };
  };
  const load = async () => ({ get: () => bitmap });
  const services = { load, meter: () => meter, texts: () => ENGLISH, words, deliver };
  const frames = { type: FramesPlugin, trial, image_px: 80, ...services };
  const pages = () => [{ title: "A break", paragraphs: ["Rest."] }];
  const screen = { type: ScreenPlugin, screen: "break", pages, texts: () => ENGLISH };
  const jsPsych = initJsPsych();
  await jsPsych.simulate([
    { ...screen, simulation_options: { data: { rt: 50 } } },
    { ...frames, simulation_options: { data: { answer: "right", rt_ms: 120 } } },
    frames,
  ], mode);
  return { data: jsPsych.data.get().values(), delivered };
}
"""


@pytest.mark.parametrize("mode", ["data-only", "visual"])
def test_jspsych_simulates_our_plug_ins(open_page, quick_study, mode):
    page = open_page(**DESK)
    page.goto(f"/s/{quick_study.slug}/")
    page.add_script_tag(url=JSPSYCH)
    played = page.evaluate(SIMULATE, mode)
    screen, first, second = played["data"]
    assert screen["screen"] == "break"
    assert (first["answer"], first["input"], second["code"]) == ("right", "keyboard", "simulated")
    assert first["rt_ms"] == pytest.approx(120, abs=1 if mode == "data-only" else 400)
    assert second["answer"] in {"left", "right"}
    assert [(code, sure) for code, _, sure in played["delivered"]] == [("simulated", "yes")] * 2
    for trial in (first, second):
        assert [(frame["index"], frame["planned_ms"]) for frame in trial["frames"]] == [(1, 100), (2, 30)]
