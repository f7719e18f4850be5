/** The course of one trial for the instructions: drawn step by step, and played in its own time when asked. */

import { h } from "./dom.js";

const CHOOSING_MS = 1500;
// A mask of 30 ms four times over is one step; shorter than this nobody sees which step is on.
const LEAST_MS = 120;

/** What is seen one after the other: `{ kind, slots, ms }`, kind `dots`, `photos`, `mask` or `choose`. */
export function courseOf(trial) {
  const shown = trial.frames.filter(({ kind }) => kind === "images");
  // Which slot comes first differs from trial to trial; the drawing takes them in their order.
  const places = shown.map(({ images }, i) => (images.length === 1 ? [trial.slots[i % trial.slots.length]] : trial.slots));
  const steps = [];
  let seen = -1;
  trial.frames.forEach((frame, i) => {
    const last = steps.at(-1);
    if (frame.kind === "images") {
      seen += 1;
      steps.push({ kind: "photos", slots: places[seen], ms: frame.duration_ms });
    } else if (frame.kind === "blank" && trial.frames[i + 1]?.kind === "images") {
      steps.push({ kind: "dots", slots: places[seen + 1], ms: frame.duration_ms });
    } else if (frame.kind === "noise" && last?.kind === "mask") {
      last.ms += frame.duration_ms;
    } else if (frame.kind === "noise") {
      steps.push({ kind: "mask", slots: places[seen], ms: frame.duration_ms });
    }
  });
  // Photos that stay until the answer are still there when it is given.
  if (steps.at(-1)?.kind === "photos" && steps.at(-1).ms === null) return steps;
  return [...steps, { kind: "choose", slots: trial.slots, ms: null }];
}

const some = ({ one, two, many }, count) => (count === 1 ? one : count === 2 && two ? two : many);

/** The lines of a step's caption: what is seen, and its time where it has one. */
export function captionOf(step, texts, language) {
  const { example } = texts;
  const words = {
    dots: some(example.dots, step.slots.length),
    photos: some(example.photos, step.slots.length),
    mask: example.mask,
    choose: example.choose,
  }[step.kind];
  if (step.kind === "photos" && step.ms === null) return [words, example.choose];
  if (step.ms === null || step.kind === "dots") return [words];
  // A narrow no-break space: the unit never stands on a line of its own.
  return [words, `${(step.ms / 1000).toLocaleString(language, { maximumFractionDigits: 2 })}\u202fs`];
}

/** Shows each step in its time: `show(index)`, and `show(null)` at the end. */
export async function playCourse(steps, { show, wait }) {
  for (const [index, { ms }] of steps.entries()) {
    show(index);
    await wait(Math.max(LEAST_MS, ms ?? CHOOSING_MS));
  }
  show(null);
}

function placeElement(step, slot, { figure, scene }) {
  const place = h("span", { class: "course-place" });
  if (!step.slots.includes(slot)) return place;
  if (step.kind === "photos") place.append(...(figure.scenes[slot] ? [scene(figure.scenes[slot])] : [blankPhoto()]));
  else if (step.kind === "mask") place.append(h("span", { class: "course-mask" }));
  else place.append(h("span", { class: `course-${step.kind}`, textContent: step.kind === "choose" ? "?" : "" }));
  return place;
}

/** A photo of which the drawing says nothing. */
const blankPhoto = () => h("span", { class: "course-photo" });

/** The drawings in a row, with a button that plays them; `scene(kind)` draws a photo, `figure` says which. */
export function courseFigure(texts, { figure, trial, layout, scene, language, wait = browserPause }) {
  const steps = courseOf(trial);
  const items = steps.map((step) => {
    const places = trial.slots.map((slot) => placeElement(step, slot, { figure, scene }));
    const stage = h("span", { class: `course-stage course-${layout}`, "aria-hidden": "true" }, ...places);
    const lines = captionOf(step, texts, language).map((textContent) => h("span", { textContent }));
    return h("li", { class: "course-step" }, stage, ...lines);
  });
  const list = h("ol", { class: "course", "aria-label": figure.description }, ...items);
  const button = h("button", { type: "button", class: "runner-button quiet course-play", textContent: texts.example.play });
  const show = (index) => {
    list.classList.toggle("playing", index !== null);
    items.forEach((item, i) => item.classList.toggle("current", i === index));
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    await playCourse(steps, { show, wait });
    button.disabled = false;
  });
  return h("div", { class: "figure figure-course" }, list, button);
}

const browserPause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
