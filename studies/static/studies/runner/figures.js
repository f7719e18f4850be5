/** Small drawings for the instructions; their shapes and colours are in the style sheet. */

import { answerFace } from "./answers.js";
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

/** The answers to choose from, with their keys. */
function choices({ description }, { trial, layout, texts }) {
  const places = trial.answers.map((answer) => {
    const { label, keys } = answerFace(answer, layout, texts);
    const hint = h("span", { class: "runner-keys" });
    keys.forEach((key, i) => hint.append(...(i ? [` ${texts.or} `] : []), h("kbd", { textContent: key })));
    return h("span", { class: "figure-choice" }, h("span", { class: "runner-label", textContent: label }), hint);
  });
  return figure(description, `figure-choices figure-${layout}`, ...places);
}

/** The drawing that a page of the design's words asks for. */
export function drawing(asked, { state, trial, layout, texts, language }) {
  if (asked.kind === "scenes") return scenes(asked, state.words);
  if (asked.kind === "choices") return choices(asked, { trial, layout, texts });
  return courseFigure(texts, { figure: asked, trial, layout, scene, language });
}
