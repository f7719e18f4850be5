/** Small drawings for the instructions; their shapes and colours are in the style sheet. */

import { h } from "./dom.js";
import { answerFace } from "./stage.js";

/** A landscape drawn with natural (`real`) or with slightly wrong (`invented`) colours. */
export function scene(kind) {
  return h("span", { class: `scene scene-${kind}` });
}

function figure(description, kind, ...children) {
  return h("div", { class: `figure ${kind}`, role: "img", "aria-label": description }, ...children);
}

/** The same view with natural and with invented colours. */
export function twoScenes(texts) {
  const labelled = (kind, text) =>
    h("span", { class: "figure-item" }, scene(kind), h("span", { class: "figure-label", textContent: text }));
  return figure(
    texts.fakes.figure,
    "figure-scenes",
    labelled("real", texts.real),
    labelled("invented", texts.invented),
  );
}

/** The places to choose from, with their keys. */
export function choices(texts, { answers, layout }) {
  const places = answers.map((answer) => {
    const { label, keys } = answerFace(answer, layout, texts);
    const hint = h("span", { class: "runner-keys" });
    keys.forEach((key, i) => hint.append(...(i ? [` ${texts.or} `] : []), h("kbd", { textContent: key })));
    return h("span", { class: "figure-choice" }, h("span", { class: "runner-label", textContent: label }), hint);
  });
  return figure(texts.choosing.figure, `figure-choices figure-${layout}`, ...places);
}
