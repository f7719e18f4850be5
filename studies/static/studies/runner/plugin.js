/** The jsPsych plug-in `foolrate-frames`: plays a trial's frames, takes the answer, delivers it, shows feedback. */

import { AnswerGate, keyTable } from "./answer.js";
import { offeredBy, questionsOf } from "./answers.js";
import { browserClock, play } from "./exposure.js";
import { idealReport } from "./frames.js";
import { ParameterType } from "./parameters.js";
import { seal, VERSION } from "./seal.js";
import { Stage } from "./stage.js";

const TIME_UP_MS = 1500;

/** What a trial without a server replies. */
const UNRECORDED = { stale: false, feedback: null };

const wait = (pauseMs) => new Promise((resolve) => setTimeout(resolve, pauseMs));

/** The stage, with a word to the register when the first photo is on: no more than that may happen in a frame. */
const noticing = (stage, frames, begun) => ({
  enter(index) {
    stage.enter(index);
    if (frames[index].kind === "images") begun.shown();
  },
  leave: (index) => stage.leave(index),
});

export class FramesPlugin {
  static info = {
    name: "foolrate-frames",
    version: VERSION,
    parameters: {
      /** One trial as the server's contract says it: code, number, kind, prompt, slots, frames, answers, more. */
      trial: { type: ParameterType.OBJECT },
      /** Width and height of every picture in its own pixels. */
      image_px: { type: ParameterType.INT },
      /** Time to answer in ms; without it, unlimited. */
      answer_limit_ms: { type: ParameterType.FLOAT, default: null },
      /** `load(trial)`: a promise of the decoded pictures, a Map from `src` to ImageBitmap. */
      load: { type: ParameterType.FUNCTION },
      /** `meter()`: the RefreshMeter that knows the refresh period. */
      meter: { type: ParameterType.FUNCTION },
      /** `texts()`: the words. */
      texts: { type: ParameterType.FUNCTION },
      /** `words()`: the words of the study's design, as words.js parses them. */
      words: { type: ParameterType.FUNCTION },
      /** `log()`: the EventLog, or null. */
      log: { type: ParameterType.FUNCTION, default: () => null },
      /** `begun()`: the register of trials whose photos have been on the screen (begun.js), or null. */
      begun: { type: ParameterType.FUNCTION, default: () => null },
      /** `room(plan)`: told of every arrangement; a promise that is awaited when the window is too small. */
      room: { type: ParameterType.FUNCTION, default: () => undefined },
      /** `deliver(trial, sealed)`: a promise of the server's reply with feedback where there is any, or `waiting`. */
      deliver: { type: ParameterType.FUNCTION, default: async () => UNRECORDED },
      /** `announce(text)`: says something to screen readers. */
      announce: { type: ParameterType.FUNCTION, default: () => undefined },
    },
    data: {
      /** The trial's code, number and kind. */
      code: { type: ParameterType.STRING },
      number: { type: ParameterType.INT },
      kind: { type: ParameterType.STRING },
      /** The chosen value, or null when the limit ran out. */
      answer: { type: ParameterType.STRING },
      /** From the onset of the answer frame to the press, in ms; null without an answer. */
      rt_ms: { type: ParameterType.FLOAT },
      /** keyboard, mouse, touch or pen; null without an answer. */
      input: { type: ParameterType.STRING },
      /** Name, answer and time of each question after the first. */
      more: { type: ParameterType.OBJECT, array: true },
      /** Planned and measured times of each images and noise frame. */
      frames: { type: ParameterType.OBJECT, array: true },
      /** Refresh period in ms. */
      refresh_ms: { type: ParameterType.FLOAT },
      /** row, column or single. */
      layout: { type: ParameterType.STRING },
      /** Visibility, focus, resize and full-screen events with their times. */
      events: { type: ParameterType.OBJECT, array: true },
      /** How often the photos had begun to be shown before, in a page that was left; null where nobody knows. */
      shown_before: { type: ParameterType.INT },
      /** Version of the runner. */
      runner: { type: ParameterType.STRING },
      /** Whether the server has the answer by now; false when it waits for the line, or the trial was not open. */
      recorded: { type: ParameterType.BOOL },
    },
  };

  constructor(jsPsych) {
    this.jsPsych = jsPsych;
  }

  async trial(display, parameters, onLoad) {
    return this.#run(display, parameters, onLoad);
  }

  /** `data-only` delivers an ideal report; `visual` plays the trial and presses a key. */
  async simulate(parameters, mode, options, onLoad) {
    const { trial } = parameters;
    const drawn = this.#drawn(trial, options.data);
    if (mode !== "data-only") return this.#run(this.jsPsych.getDisplayElement(), parameters, onLoad, drawn);
    const [{ value, rtMs }, ...more] = drawn;
    onLoad();
    const refreshMs = parameters.meter().period;
    const frames = idealReport(trial.frames, { refreshMs, start: performance.now(), answerAfterMs: rtMs });
    const layout = trial.slots.length > 1 ? "row" : "single";
    const sealed = seal({ answer: { value, rtMs, input: "keyboard" }, more, frames, refreshMs, layout, events: [] });
    const reply = await parameters.deliver(trial, sealed);
    return this.#data(trial, sealed, reply);
  }

  /** An answer to each question of a trial: by lot, but for what is told of the first one. */
  #drawn(trial, told = {}) {
    const { randomization } = this.jsPsych;
    const given = [];
    return questionsOf(trial).map((question, i) => {
      const [lot] = randomization.sampleWithoutReplacement(offeredBy(question, given), 1);
      const { answer = lot.value, rt_ms: rtMs = randomization.sampleExGaussian(500, 50, 1 / 150, true) } = i ? {} : told;
      given.push(answer);
      return { name: question.name, value: answer, rtMs };
    });
  }

  async #run(display, parameters, onLoad, simulated = null) {
    const { trial, image_px: imagePx, texts, words } = parameters;
    const stage = new Stage({ trial, imagePx, texts: texts(), words: words() });
    display.replaceChildren(stage.element);
    await this.#settle(stage, parameters);
    stage.draw(await parameters.load(trial));
    // The window may have changed while the pictures were on their way.
    await this.#settle(stage, parameters);
    const rearrange = () => stage.arrange();
    window.addEventListener("resize", rearrange);
    try {
      onLoad();
      const sealed = await this.#present(stage, parameters, simulated);
      const reply = await parameters.deliver(trial, sealed);
      if (reply.feedback) await this.#feedback(stage, parameters, reply.feedback);
      else if (sealed.answer === null) await this.#timeUp(stage, parameters);
      return this.#data(trial, sealed, reply);
    } finally {
      window.removeEventListener("resize", rearrange);
    }
  }

  async #settle(stage, parameters) {
    for (let plan = stage.arrange(); ; plan = stage.arrange()) {
      const room = parameters.room(plan);
      if (plan.fits) return;
      await room;
    }
  }

  /** Shows the frames, awaits the answer to each question, and seals what was measured. */
  async #present(stage, parameters, simulated) {
    const { trial, answer_limit_ms: answerLimitMs } = parameters;
    const log = parameters.log();
    const questions = questionsOf(trial);
    const given = [];
    let stop = () => {};
    const awaitAnswer = (answers) => {
      const gate = new AnswerGate({
        keys: keyTable(answers, trial.slots, stage.layout.kind),
        onAnswer: (answer) => {
          given.push({ ...answer, name: questions[given.length].name });
          stage.closeAnswers(answer.value);
          stop();
          if (given.length === questions.length) return player.finish();
          player.hold();
          return browserClock.frame(askNext);
        },
      });
      const unlisten = gate.listen(window, stage.buttons);
      stop = () => {
        gate.close();
        unlisten();
      };
      return gate;
    };
    const opened = (gate, now) => {
      gate.open(now);
      parameters.announce(questions[given.length].prompt);
      if (simulated) this.#pressLater(questions[given.length], simulated[given.length]);
    };
    const askNext = () => opened(awaitAnswer(stage.ask(given.map(({ value }) => value))), browserClock.now());
    const first = awaitAnswer(trial.answers);
    log?.begin();
    const begun = parameters.begun();
    const shownBefore = begun ? begun.begin(trial.code) : 0;
    const player = play(trial.frames, {
      stage: begun ? noticing(stage, trial.frames, begun) : stage,
      meter: parameters.meter(),
      answerLimitMs,
      onOpen: (now) => opened(first, now),
    });
    const { frames, refreshMs } = await player.done;
    stop();
    const [answer = null, ...more] = given;
    if (!answer) stage.closeAnswers(null);
    return seal({ answer, more, frames, refreshMs, layout: stage.layout.kind, events: log?.take() ?? [], shownBefore });
  }

  #pressLater(question, { value, rtMs }) {
    const { keys } = question.answers.find((answer) => answer.value === value);
    this.jsPsych.pluginAPI.pressKey(keys[0], Math.max(1, rtMs));
  }

  async #feedback(stage, parameters, feedback) {
    stage.feedback(feedback);
    parameters.announce(stage.verdict(feedback));
    await wait(feedback.showMs);
  }

  async #timeUp(stage, parameters) {
    const { timeUp } = parameters.texts();
    stage.say(timeUp);
    parameters.announce(timeUp);
    await wait(TIME_UP_MS);
  }

  #data(trial, sealed, reply) {
    const { code, number, kind } = trial;
    return { code, number, kind, ...sealed, recorded: !reply.stale && !reply.waiting };
  }
}
