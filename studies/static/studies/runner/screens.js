/** The pages between trials: instructions, the start of the test, breaks, welcome back, the end. */

import { answerFace } from "./answers.js";
import { h } from "./dom.js";
import { drawing } from "./figures.js";
import { ParameterType } from "./parameters.js";
import { VERSION } from "./seal.js";
import { counted, duration, fill, minutes } from "./texts.js";

const SECONDS_TO_ANSWER = 2.5;

/** How long the photos of a trial stay at first (null: until the answer), and how many seconds it takes in all. */
export function describe(trial) {
  const shown = trial.frames.find(({ kind }) => kind === "images");
  const planned = trial.frames.reduce((sum, frame) => sum + (frame.duration_ms ?? 0), 0);
  const answers = 1 + trial.more.length;
  return { exposureMs: shown?.duration_ms ?? null, seconds: planned / 1000 + answers * SECONDS_TO_ANSWER };
}

/** The first key of each answer, as a trial's buttons show it. */
function firstKeys({ answers }, layout, texts) {
  const keys = answers.map((answer) => answerFace(answer, layout, texts).keys[0] ?? "");
  return keys.join(` ${texts.or} `);
}

/** What stands in braces in the texts of the design's pages. */
function valuesOf({ state, trial, layout, texts, language }) {
  const { exposureMs } = describe(trial);
  const { where } = texts;
  const [first, second] = layout === "column" ? where.column : where.row;
  const limit = state.answer_limit_ms;
  return {
    first,
    second,
    prompt: trial.prompt,
    keys: firstKeys(trial, layout, texts),
    exposure: exposureMs === null ? undefined : duration(exposureMs, texts, language),
    limit: limit ? duration(limit, texts, language) : undefined,
  };
}

/** A number of rounds in words: what they are called, and how long they take. */
function rounds(count, { state, trial, texts }) {
  const { noun } = state.words;
  return { things: counted(noun, count), time: minutes(count, describe(trial).seconds, texts) };
}

/** The pages before the first trial; `touchOnly` leaves out the keys. */
export function instructions(about) {
  const { state, texts, touchOnly } = about;
  const values = valuesOf(about);
  const pages = state.words.pages.map(({ title, text, figure }) => ({
    title,
    paragraphs: text.map((one) => fill(typeof one === "string" ? one : touchOnly ? one.touch : one.keyboard, values)),
    figure: figure && (() => drawing(figure, about)),
  }));
  const { practice, total } = state.progress;
  const last = pages.at(-1);
  const [wordings, count] = practice ? [state.words.practice, practice] : [texts.begin.noPractice, total];
  last.paragraphs.push(counted(wordings, count, rounds(count, about)));
  last.next = practice ? texts.begin.practice : texts.begin.test;
  return pages;
}

/** The pages of the screen that a session says is due. */
export function pagesFor(screen, about) {
  if (screen === "instructions") return instructions(about);
  const { state, texts } = about;
  const { words } = state;
  const { done, total, practice } = state.progress;
  if (screen === "test") {
    const { title, hint, next } = texts.test;
    return [{ title, paragraphs: [counted(words.test, total - done, rounds(total - done, about)), hint], next }];
  }
  if (screen === "more") {
    const { title, text, next } = texts.more;
    const count = state.trials.length;
    return [{ title, paragraphs: [counted(text, count, rounds(count, about))], next }];
  }
  const { title, text, next } = screen === "break" ? texts.pause : texts.welcome;
  const [ready, all] = screen === "break" ? [done - practice, total - practice] : [done, total];
  const soFar = fill(words.noun.so_far, { done: ready, total: all });
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
