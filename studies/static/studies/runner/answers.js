/** The answers of a trial's questions: what stands on their buttons, and how much room they take below the slots. */

import { h } from "./dom.js";

const SETTLED_PLACES = new Set(["left", "right", "centre"]);
const LEAST_SCALE = 5;
// CSS px, as the style sheet has them.
const ROW = 64;
const SCALE = 100;
const NARROWEST = 148;

/** How a key is written on a button. */
export function keyName(key, texts) {
  return texts.keyNames[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

/** Label and keys of an answer in a layout: `left` is the upper place where slots are stacked. */
export function answerFace(answer, layout, texts) {
  const stacked = layout === "column" && SETTLED_PLACES.has(answer.value);
  const arrows = { left: "ArrowUp", right: "ArrowDown" };
  const label = stacked ? texts.stackedPlaces[answer.value] : answer.label;
  const keys = stacked && arrows[answer.value] ? [arrows[answer.value], ...answer.keys.slice(1)] : answer.keys;
  return {
    label,
    // A label that is its key says it already.
    keys: keys.slice(0, 2).map((key) => keyName(key, texts)).filter((key) => key !== label),
  };
}

/** All questions of a trial in their order; the first one has no name. */
export function questionsOf({ prompt, answers, more }) {
  return [{ name: "", prompt, answers, distinct: false }, ...more];
}

/** The answers that a question offers after those `given`: none of them twice where it asks for another one. */
export function offeredBy({ answers, distinct }, given) {
  return distinct ? answers.filter(({ value }) => !given.includes(value)) : answers;
}

/** The answers of a question that have no slot: they stand in a row below. */
export const inRow = ({ answers }, slots) => answers.filter(({ value }) => !slots.includes(value));

/** Five numbers or more make a scale: one narrow button each, with the words beneath. */
export function isScale(row) {
  return row.length >= LEAST_SCALE && row.every(({ value }) => /^-?\d+$/.test(value));
}

/** How many buttons stand beside each other in a row of this width. */
export function columnsOf(row, width) {
  if (isScale(row)) return row.length;
  const most = Math.max(1, Math.floor(width / NARROWEST));
  return Math.ceil(row.length / Math.ceil(row.length / most));
}

function heightOf(row, width) {
  if (row.length === 0) return 0;
  return isScale(row) ? SCALE : ROW * Math.ceil(row.length / columnsOf(row, width));
}

/** What a trial's questions ask of the layout: the longest prompt, and the height of the answers by the width. */
export function roomOf(trial) {
  const questions = questionsOf(trial);
  const { slots } = trial;
  const prompt = questions.map((one) => one.prompt).reduce((longest, one) => (one.length > longest.length ? one : longest));
  const answersHeight = (width) => Math.max(...questions.map((one) => heightOf(inRow(one, slots), width)));
  return { slots, prompt, answersHeight };
}

/** Label and keys of an answer, as its button shows them. */
export function faceElement(answer, layout, texts) {
  const { label, keys } = answerFace(answer, layout, texts);
  const hint = h("span", { class: "runner-keys", "aria-hidden": "true" });
  keys.forEach((key, i) => hint.append(...(i > 0 ? [` ${texts.or} `] : []), h("kbd", { textContent: key })));
  const words = h("span", { class: "runner-label", textContent: label });
  return h("span", { class: "runner-face" }, words, keys.length > 0 ? hint : null);
}

const isWorded = ({ value, label }) => label !== value;

/** The words beneath a scale: of each point where all have some, else of its ends, and of its middle where that has some. */
export function wordsBeneath(row) {
  if (row.every(isWorded)) return row.map(({ label }) => label);
  const middle = row.filter((answer, at) => 2 * at === row.length - 1 && isWorded(answer));
  return [row[0], ...middle, row.at(-1)].map((answer) => (isWorded(answer) ? answer.label : ""));
}

/** The same as a line across the scale. */
export function scaleWords(row) {
  const spans = wordsBeneath(row).map((words) => h("span", { textContent: words }));
  const kind = spans.length === row.length ? "runner-scale-words all" : "runner-scale-words";
  return h("div", { class: kind, "aria-hidden": "true" }, ...spans);
}
