import assert from "node:assert/strict";
import { test } from "node:test";

import { RefreshMeter } from "../../studies/static/studies/runner/frames.js";
import { ParameterType } from "../../studies/static/studies/runner/parameters.js";
import { FramesPlugin } from "../../studies/static/studies/runner/plugin.js";
import { ScreenPlugin } from "../../studies/static/studies/runner/screens.js";
import { seal, VERSION } from "../../studies/static/studies/runner/seal.js";
import { parseTrial } from "../../studies/static/studies/runner/state.js";
import { pairTrial } from "./fakes.js";

globalThis.window ??= globalThis; // jsPsych looks at it when it is loaded
const jspsych = await import("jspsych").catch(() => null);

test("our names for parameter types are jsPsych's", { skip: jspsych === null && "jspsych is not installed: run npm ci" }, () => {
  for (const [name, value] of Object.entries(ParameterType)) assert.equal(jspsych.ParameterType[name], value);
});

for (const plugin of [FramesPlugin, ScreenPlugin]) {
  test(`${plugin.info.name} declares its version, what goes in and what comes out`, () => {
    const { name, version, parameters, data } = plugin.info;
    assert.match(name, /^foolrate-/);
    assert.equal(version, VERSION);
    for (const entry of [...Object.values(parameters), ...Object.values(data)]) {
      assert.ok(Object.values(ParameterType).includes(entry.type));
    }
    assert.equal(typeof plugin.prototype.trial, "function");
    assert.equal(typeof plugin.prototype.simulate, "function");
  });
}

const CONTRACT = ["answer", "rt_ms", "input", "more", "frames", "refresh_ms", "layout", "events", "shown_before", "runner"];

test("a sealed answer has the contract's names, all of them and no others", () => {
  const answer = { value: "left", rtMs: 812.41234, input: "keyboard" };
  const sealed = seal({ answer, frames: [], refreshMs: 16.66667, layout: "row", events: [] });
  assert.deepEqual(Object.keys(sealed), CONTRACT);
  assert.deepEqual([sealed.answer, sealed.rt_ms, sealed.input, sealed.refresh_ms], ["left", 812.412, "keyboard", 16.667]);
  assert.equal(sealed.runner, VERSION);
});

test("a missing answer is null everywhere, never a vote", () => {
  const sealed = seal({ answer: null, frames: [], refreshMs: 16.7, layout: "row", events: [] });
  assert.deepEqual([sealed.answer, sealed.rt_ms, sealed.input], [null, null, null]);
});

const jsPsych = {
  randomization: { sampleWithoutReplacement: (list) => [list[0]], sampleExGaussian: () => 640 },
};

test("a data-only simulation delivers what a perfect display would, and returns the data that it declares", async () => {
  const delivered = [];
  let loaded = 0;
  const parameters = {
    trial: parseTrial(pairTrial()),
    meter: () => new RefreshMeter(),
    deliver: async (trial, sealed) => {
      delivered.push([trial.code, sealed]);
      return { stale: false, feedback: null };
    },
  };
  const data = await new FramesPlugin(jsPsych).simulate(parameters, "data-only", {}, () => (loaded += 1));
  assert.deepEqual(Object.keys(data).sort(), Object.keys(FramesPlugin.info.data).sort());
  assert.deepEqual([data.answer, data.rt_ms, data.recorded, loaded], ["left", 640, true, 1]);
  assert.deepEqual(data.frames.map(({ index, dropped }) => [index, dropped]), [[1, 0], [3, 0]]);
  assert.deepEqual(Object.keys(delivered[0][1]), CONTRACT);
});

test("a simulation gives the answer that it is told to give", async () => {
  const { default: deliver } = FramesPlugin.info.parameters.deliver;
  const parameters = { trial: parseTrial(pairTrial()), meter: () => new RefreshMeter(), deliver };
  const options = { data: { answer: "right", rt_ms: 300 } };
  const data = await new FramesPlugin(jsPsych).simulate(parameters, "data-only", options, () => {});
  assert.deepEqual([data.answer, data.rt_ms], ["right", 300]);
});

test("a simulation answers the further questions, too, and no place twice where another one is asked for", async () => {
  const answers = ["left", "right"].map((value) => ({ value, label: value, keys: [value[0]] }));
  const trial = parseTrial(pairTrial({ more: [{ name: "worst", prompt: "The worst?", answers, distinct: true }] }));
  const { default: deliver } = FramesPlugin.info.parameters.deliver;
  const options = { data: { answer: "left", rt_ms: 300 } };
  const data = await new FramesPlugin(jsPsych).simulate({ trial, meter: () => new RefreshMeter(), deliver }, "data-only", options, () => {});
  assert.deepEqual(data.more, [{ name: "worst", answer: "right", rt_ms: 640 }]);
});
