/** Small drawings for the instructions; their shapes and colours are in the style sheet. */

import { answerFace, inRow, isScale, scaleWords } from "./answers.js";
import { h } from "./dom.js";
import { courseFigure } from "./example.js";

/** A drawn landscape, in colours of this kind. */
function scene(kind) {
  return h("span", { class: `scene scene-${kind}` });
}

function figure(description, kind, ...children) {
  return h("div", { class: `figure ${kind}`, role: "img", "aria-label": description }, ...children);
}

/** The same view in several colours, each with what it is called. */
function scenes({ description, scenes: shown }, { captions }) {
  const items = Object.values(shown).map((kind) => {
    const label = h("span", { class: "figure-label", textContent: captions[kind] ?? "" });
    return h("span", { class: "figure-item" }, scene(kind), label);
  });
  return figure(description, "figure-scenes", ...items);
}

/** A scale as the trials have it: its points, and the words of its ends and middle, as there is little room. */
function scale(points) {
  const last = points.length - 1;
  const few = points.map((one, at) => ([0, last / 2, last].includes(at) ? one : { ...one, label: one.value }));
  const numbers = points.map(({ value }) => h("span", { class: "figure-answer", textContent: value }));
  return h("div", { class: "figure-scale" }, h("div", { class: "figure-points" }, ...numbers), scaleWords(few));
}

/** The answers to choose from, with their keys: where the pictures are, and below them. */
function choices({ description }, { trial, layout, texts }) {
  const drawn = (answers, kind) =>
    answers.map((answer) => {
      const { label, keys } = answerFace(answer, layout, texts);
      const hint = h("span", { class: "runner-keys" });
      keys.forEach((key, i) => hint.append(...(i ? [` ${texts.or} `] : []), h("kbd", { textContent: key })));
      return h("span", { class: kind }, h("span", { class: "runner-label", textContent: label }), hint);
    });
  const below = inRow(trial, trial.slots);
  const places = drawn(trial.answers.filter((answer) => !below.includes(answer)), "figure-choice");
  if (places.length === 0) places.push(h("span", { class: "figure-choice figure-picture" }));
  const stage = h("span", { class: `figure-places figure-${layout}` }, ...places);
  const buttons = () => h("span", { class: "figure-below" }, ...drawn(below, "figure-answer"));
  const row = below.length === 0 ? null : isScale(below) ? scale(below) : buttons();
  return figure(description, "figure-choices", stage, row);
}

/** The drawing that a page of the design's words asks for. */
export function drawing(asked, { state, trial, layout, texts, language }) {
  if (asked.kind === "scenes") return scenes(asked, state.words);
  if (asked.kind === "choices") return choices(asked, { trial, layout, texts });
  return courseFigure(texts, { figure: asked, trial, layout, scene, language });
}
