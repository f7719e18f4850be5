/** What is left to do, as the server says it: fetched, checked, and refused where the runner could not play it. */

import { check, isCount, isDuration, isText, StateError } from "./checked.js";
import { parseWords } from "./words.js";

export { StateError };

/** The server will not let this participation go on; its words are for the participant. */
export class ClosedError extends Error {}

const FRAME_KINDS = new Set(["blank", "images", "noise", "answer"]);
const TRIAL_KINDS = new Set(["practice", "test"]);
// A trial has slots of one of these kinds, and they stand in this order.
const SLOTS = [["left", "right"], ["centre"], ["1", "2", "3", "4", "5", "6"]];

/** A path on our own origin: `//elsewhere/` would leave it. */
const isOwnPath = (value) => isText(value) && /^\/(?![/\\])/.test(value);

function parseImages(images, slots, where) {
  check(Array.isArray(images) && images.length > 0, `${where}.images`, "a list with at least one picture");
  const used = new Set();
  for (const [i, image] of images.entries()) {
    check(slots.includes(image?.slot), `${where}.images[${i}].slot`, `one of the trial's slots (${slots.join(", ")})`);
    check(!used.has(image.slot), `${where}.images[${i}].slot`, "a slot of its own");
    check(isOwnPath(image.src), `${where}.images[${i}].src`, "a path on this site");
    used.add(image.slot);
  }
  return images.map(({ slot, src }) => ({ slot, src }));
}

function parseFrames(frames, slots, where) {
  check(Array.isArray(frames) && frames.length > 0, `${where}.frames`, "a list with at least one frame");
  return frames.map((frame, i) => {
    const here = `${where}.frames[${i}]`;
    const last = i === frames.length - 1;
    check(FRAME_KINDS.has(frame?.kind), `${here}.kind`, [...FRAME_KINDS].join(", "));
    if (last) {
      check(frame.duration_ms === null, `${here}.duration_ms`, "null: the last frame awaits the answer");
      check(frame.kind === "answer" || frame.kind === "images", `${here}.kind`, "answer or images: it is the last");
    } else {
      check(isDuration(frame.duration_ms), `${here}.duration_ms`, "a number above 0 (only the last frame is open)");
      check(frame.kind !== "answer", `${here}.kind`, "another one: only the last frame takes answers");
    }
    if (frame.kind === "noise") {
      const before = frames.slice(0, i).some((earlier) => earlier.kind === "images");
      check(before, here, "preceded by images: noise masks them");
    }
    const images = frame.kind === "images" ? parseImages(frame.images, slots, here) : [];
    return { kind: frame.kind, duration_ms: frame.duration_ms, images };
  });
}

function parseAnswers(answers, where) {
  check(Array.isArray(answers) && answers.length > 0, `${where}.answers`, "a list with at least one answer");
  const values = new Set();
  const keys = new Set();
  for (const [i, answer] of answers.entries()) {
    const here = `${where}.answers[${i}]`;
    check(isText(answer?.value) && !values.has(answer.value), `${here}.value`, "a text of its own");
    check(isText(answer.label), `${here}.label`, "a text");
    check(Array.isArray(answer.keys) && answer.keys.every(isText), `${here}.keys`, "a list of key names");
    values.add(answer.value);
    for (const key of answer.keys.map((name) => name.toLowerCase())) {
      check(!keys.has(key), `${here}.keys`, `free of keys that another answer has (${key})`);
      keys.add(key);
    }
  }
  return answers.map(({ value, label, keys: names }) => ({ value, label, keys: [...names] }));
}

function parseSlots(slots, where) {
  const places = Array.isArray(slots) && SLOTS.find((kind) => slots.every((slot) => kind.includes(slot)));
  const known = places && slots.length > 0 && new Set(slots).size === slots.length;
  check(known, where, "left and right, centre, or some of 1 to 6");
  return places.filter((slot) => slots.includes(slot));
}

/** The questions after the first. */
function parseMore(questions, where) {
  check(Array.isArray(questions), where, "a list");
  const names = new Set();
  return questions.map((question, i) => {
    const here = `${where}[${i}]`;
    check(isText(question?.name) && !names.has(question.name), `${here}.name`, "a text of its own");
    check(isText(question.prompt), `${here}.prompt`, "a text");
    names.add(question.name);
    const { name, prompt, distinct = false } = question;
    return { name, prompt, distinct: distinct === true, answers: parseAnswers(question.answers, here) };
  });
}

export function parseTrial(trial, where = "trial") {
  check(isText(trial?.code), `${where}.code`, "a text");
  check(isCount(trial.number), `${where}.number`, "a whole number");
  check(TRIAL_KINDS.has(trial.kind), `${where}.kind`, [...TRIAL_KINDS].join(" or "));
  check(isText(trial.prompt), `${where}.prompt`, "a text");
  check(typeof trial.feedback === "boolean", `${where}.feedback`, "true or false");
  const slots = parseSlots(trial.slots, `${where}.slots`);
  return {
    code: trial.code,
    number: trial.number,
    kind: trial.kind,
    prompt: trial.prompt,
    feedback: trial.feedback,
    slots,
    frames: parseFrames(trial.frames, slots, where),
    answers: parseAnswers(trial.answers, where),
    more: parseMore(trial.more ?? [], `${where}.more`),
  };
}

export function parseProgress(progress, where = "progress") {
  for (const name of ["done", "total", "practice"]) {
    check(isCount(progress?.[name]), `${where}.${name}`, "a whole number");
  }
  return { done: progress.done, total: progress.total, practice: progress.practice };
}

/** The state, with only what the contract names; `StateError` says what was wrong. */
export function parseState(state) {
  check(state !== null && typeof state === "object", "state", "an object");
  check(isText(state.participation), "participation", "a text");
  check(Number.isInteger(state.image_px) && state.image_px > 0, "image_px", "a whole number above 0");
  const { break_every: every = null, answer_limit_ms: limit = null } = state;
  check(every === null || isCount(every), "break_every", "a whole number or null");
  check(limit === null || isDuration(limit), "answer_limit_ms", "a number above 0 or null");
  check(typeof state.finished === "boolean", "finished", "true or false");
  check(Array.isArray(state.trials), "trials", "a list");
  check(state.finished || state.trials.length > 0, "trials", "a list with the open trials, for this is not finished");
  const trials = state.trials.map((trial, i) => parseTrial(trial, `trials[${i}]`));
  check(new Set(trials.map(({ code }) => code)).size === trials.length, "trials", "trials with codes of their own");
  return {
    participation: state.participation,
    title: isText(state.title) ? state.title : "",
    words: parseWords(state.words),
    image_px: state.image_px,
    break_every: every || null,
    answer_limit_ms: limit,
    progress: parseProgress(state.progress),
    finished: state.finished,
    trials,
  };
}

/** Turns the server's own words into an error for the participant; empty where it had none. */
export async function serverWords(response) {
  try {
    const { error } = await response.json();
    return isText(error) ? error : "";
  } catch {
    return ""; // an HTML error page has no words for participants
  }
}

async function readState(response) {
  if (response.ok) return { body: await response.json() };
  return { closed: new ClosedError(await serverWords(response)) };
}

/** Fetches the state through `request` (which retries); `ClosedError` when the server will not go on. */
export async function fetchState(url, request) {
  const options = { headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin" };
  const { body, closed } = await request(url, options, readState);
  if (closed) throw closed;
  return parseState(body);
}
