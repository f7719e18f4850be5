/** The pages between trials: instructions, the start of the test, breaks, welcome back, the end. */

import { h } from "./dom.js";
import { courseFigure } from "./example.js";
import { choices, scene, twoScenes } from "./figures.js";
import { ParameterType } from "./parameters.js";
import { VERSION } from "./seal.js";
import { keyName } from "./stage.js";
import { counted, duration, fill, minutes } from "./texts.js";

const SECONDS_TO_ANSWER = 2.5;

/** What the instructions must know of a trial: how it looks, in words of layout and time. */
export function describe(trial) {
  const shown = trial.frames.filter(({ kind }) => kind === "images");
  const values = trial.answers.map(({ value }) => value);
  const planned = trial.frames.reduce((sum, frame) => sum + (frame.duration_ms ?? 0), 0);
  return {
    pair: trial.slots.length === 2 && trial.slots.every((slot) => values.includes(slot)),
    sequential: shown.length > 1 && shown[0].images.length === 1,
    exposureMs: shown[0]?.duration_ms ?? null,
    seconds: planned / 1000 + SECONDS_TO_ANSWER,
  };
}

function lookingPage(facts, { state, trial, layout, texts, language }) {
  const { looking } = texts;
  const [first, second] = layout === "column" ? looking.column : looking.row;
  let course = looking.open;
  if (facts.exposureMs !== null) {
    const exposure = duration(facts.exposureMs, texts, language);
    course = fill(facts.sequential ? looking.sequential : looking.together, { exposure, first, second });
  }
  const limit = state.answer_limit_ms;
  const afterwards = limit ? fill(looking.limited, { limit: duration(limit, texts, language) }) : looking.afterwards;
  const paragraphs = facts.exposureMs === null && !limit ? [course] : [course, afterwards];
  return { title: looking.title, paragraphs, figure: () => courseFigure(texts, { trial, layout, scene, language }) };
}

function choosingPage(facts, { state, trial, layout, texts, touchOnly }) {
  const { choosing } = texts;
  const { progress } = state;
  const keys = trial.answers.map(({ keys: names }, i) => {
    const arrows = layout === "column" ? ["ArrowUp", "ArrowDown"] : names;
    return keyName(layout === "column" ? arrows[i] : arrows[0], texts);
  });
  const how = touchOnly ? choosing.touch : fill(choosing.keyboard, { keys: keys.join(` ${texts.or} `) });
  const count = progress.total - progress.practice;
  const practice = progress.practice
    ? counted(choosing.practice, progress.practice, { things: thing(facts, progress.practice, texts) })
    : counted(choosing.noPractice, count, { things: thing(facts, count, texts), time: minutes(count, facts.seconds, texts) });
  return {
    title: choosing.title,
    paragraphs: [how, practice],
    figure: () => choices(texts, { answers: trial.answers, layout }),
    next: progress.practice ? choosing.startPractice : choosing.start,
  };
}

/** What so many trials are called. */
function thing(facts, count, texts) {
  return counted(facts.pair ? texts.pairs : texts.rounds, count);
}

/** The pages before the first trial; `touchOnly` leaves out the keys. */
export function instructions(about) {
  const { state, trial, texts, language } = about;
  const facts = describe(trial);
  const last = choosingPage(facts, about);
  if (facts.pair && state.task === "find_fake") {
    const fakes = { title: texts.fakes.title, paragraphs: texts.fakes.text, figure: () => twoScenes(texts) };
    return [fakes, lookingPage(facts, about), last];
  }
  const { title, text, limited } = texts.general;
  const limit = state.answer_limit_ms ? [fill(limited, { limit: duration(state.answer_limit_ms, texts, language) })] : [];
  const paragraphs = [fill(text, { prompt: trial.prompt }), ...limit, ...last.paragraphs.slice(1)];
  return [{ title, paragraphs, next: last.next }];
}

/** The pages of the screen that a session says is due. */
export function pagesFor(screen, about) {
  if (screen === "instructions") return instructions(about);
  const { state, trial, texts } = about;
  const { done, total, practice } = state.progress;
  const facts = describe(trial);
  if (screen === "test" || screen === "more") {
    const count = screen === "test" ? total - done : state.trials.length;
    const time = minutes(count, facts.seconds, texts);
    const { title, text, hint, next } = texts[screen];
    const words = counted(text, count, { things: thing(facts, count, texts), time });
    return [{ title, paragraphs: hint ? [words, hint] : [words], next }];
  }
  const { title, text, next } = screen === "break" ? texts.pause : texts.welcome;
  const [ready, all] = screen === "break" ? [done - practice, total - practice] : [done, total];
  const soFar = fill(facts.pair ? texts.soFar.pairs : texts.soFar.rounds, { done: ready, total: all });
  return [{ title, paragraphs: [fill(text, { so_far: soFar })], next }];
}

function pageElement(page, { step, steps, texts, withdrawUrl }) {
  const title = h("h1", { id: "runner-title", textContent: page.title });
  const words = h("div", { id: "runner-words", class: "runner-words" });
  words.append(...page.paragraphs.map((text) => h("p", { textContent: text })));
  const next = h("button", {
    type: "button",
    class: "runner-button",
    textContent: page.next ?? texts.next,
    "aria-describedby": "runner-title runner-words",
  });
  const back = h("button", { type: "button", class: "runner-button quiet", textContent: texts.back });
  back.hidden = step === 0;
  const where = h("span", { class: "runner-step", textContent: fill(texts.step, { page: step + 1, pages: steps }) });
  where.hidden = steps === 1;
  const controls = h("div", { class: "runner-controls" }, back, where, next);
  const way = withdrawUrl ? h("a", { href: withdrawUrl, textContent: texts.withdraw }) : null;
  const foot = way && h("p", { class: "runner-foot" }, way);
  const body = [title, page.figure?.() ?? null, words, controls, foot];
  const section = h("section", { class: "runner-panel", "aria-labelledby": title.id }, ...body);
  return { element: h("div", { class: "runner-screen" }, section), next, back };
}

/** Shows pages one by one, with the way to withdraw on each; resolves when the last one is left. */
export function walkThrough(display, pages, { texts, withdrawUrl = "", keys = window }) {
  return new Promise((resolve) => {
    let step = 0;
    let current;
    const show = () => {
      current = pageElement(pages[step], { step, steps: pages.length, texts, withdrawUrl });
      current.next.addEventListener("click", forward);
      current.back.addEventListener("click", backward);
      display.replaceChildren(current.element);
      current.next.focus({ preventScroll: true });
    };
    const forward = () => {
      step += 1;
      if (step < pages.length) return show();
      keys.removeEventListener("keydown", onKey);
      return resolve();
    };
    const backward = () => {
      if (step > 0) {
        step -= 1;
        show();
      }
    };
    const onKey = (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || display.inert) return;
      const advance = event.key === "Enter" || event.key === " ";
      // A key that is held down must not run through the pages.
      if (event.repeat && (advance || event.key.startsWith("Arrow"))) event.preventDefault();
      else if (advance && event.target !== current.next && ["BUTTON", "A"].includes(event.target?.tagName)) return;
      else if (advance || event.key === "ArrowRight") {
        if (event.key === "ArrowRight" && step === pages.length - 1) return;
        event.preventDefault();
        forward();
      } else if (event.key === "ArrowLeft") backward();
    };
    keys.addEventListener("keydown", onKey);
    show();
  });
}

/** A jsPsych plug-in that shows pages of text. */
export class ScreenPlugin {
  static info = {
    name: "foolrate-screen",
    version: VERSION,
    parameters: {
      /** Which screen it is, for the data. */
      screen: { type: ParameterType.STRING, default: "" },
      /** Gives the pages: `{ title, paragraphs, figure, next }`. */
      pages: { type: ParameterType.FUNCTION },
      /** Gives the words of the controls. */
      texts: { type: ParameterType.FUNCTION },
      /** Where a participant withdraws; empty: nowhere. */
      withdraw_url: { type: ParameterType.STRING, default: "" },
    },
    data: {
      screen: { type: ParameterType.STRING },
      /** Time on the screen in ms. */
      rt: { type: ParameterType.FLOAT },
    },
  };

  constructor(jsPsych) {
    this.jsPsych = jsPsych;
  }

  async trial(display, parameters, onLoad) {
    const since = performance.now();
    const over = walkThrough(display, parameters.pages(), {
      texts: parameters.texts(),
      withdrawUrl: parameters.withdraw_url,
    });
    onLoad();
    await over;
    return { screen: parameters.screen, rt: performance.now() - since };
  }

  async simulate(parameters, mode, options, onLoad) {
    const rt = options.data?.rt ?? 500;
    if (mode === "data-only") {
      onLoad();
      return { screen: parameters.screen, rt };
    }
    const display = this.jsPsych.getDisplayElement();
    const over = walkThrough(display, parameters.pages(), { texts: parameters.texts() });
    onLoad();
    for (let left = parameters.pages().length; left > 0; left -= 1) {
      this.jsPsych.pluginAPI.setTimeout(() => display.querySelector(".runner-button:not(.quiet)")?.click(), rt * left);
    }
    await over;
    return { screen: parameters.screen, rt };
  }
}
