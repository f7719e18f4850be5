/** The stage of one trial: its slots, pictures, buttons and captions, all in fixed places. */

import { conceal, h } from "./dom.js";
import { LARGEST_PROMPT, planLayout, SMALLEST_PROMPT } from "./layout.js";
import { drawNoise } from "./noise.js";

const SETTLED_PLACES = new Set(["left", "right", "centre"]);

/** How a key is written on a button. */
export function keyName(key, texts) {
  return texts.keyNames[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

/** Label and keys of an answer in a layout: `left` is the upper place where slots are stacked. */
export function answerFace(answer, layout, texts) {
  const stacked = layout === "column" && SETTLED_PLACES.has(answer.value);
  const arrows = { left: "ArrowUp", right: "ArrowDown" };
  const keys = stacked && arrows[answer.value] ? [arrows[answer.value], ...answer.keys.slice(1)] : answer.keys;
  return {
    label: stacked ? texts.stackedPlaces[answer.value] : answer.label,
    keys: keys.slice(0, 2).map((key) => keyName(key, texts)),
  };
}

export class Stage {
  #trial;
  #imagePx;
  #texts;
  #slots = new Map();
  #canvases = [];
  #layout = null;

  constructor({ trial, imagePx, texts }) {
    this.#trial = trial;
    this.#imagePx = imagePx;
    this.#texts = texts;
    this.prompt = h("p", { class: "runner-prompt" }, h("span", { textContent: trial.prompt }));
    this.answersRow = h("div", { class: "runner-answers" });
    this.element = h("div", { class: "runner-stage" }, this.prompt);
    for (const slot of trial.slots) this.#addSlot(slot);
    this.element.append(this.answersRow);
    this.buttons = new Map(trial.answers.map((answer) => [answer.value, this.#addButton(answer)]));
    conceal(this.prompt);
    this.element.addEventListener("contextmenu", (event) => event.preventDefault());
    this.element.addEventListener("dragstart", (event) => event.preventDefault());
  }

  get layout() {
    return this.#layout;
  }

  #addSlot(slot) {
    const parts = {
      box: h("div", { class: "runner-slot" }),
      cue: h("span", { class: "runner-cue", "aria-hidden": "true" }),
      caption: h("p", { class: "runner-caption" }),
    };
    conceal(parts.cue);
    conceal(parts.caption);
    parts.box.append(parts.cue, parts.caption);
    this.#slots.set(slot, parts);
    this.element.append(parts.box);
  }

  #addButton(answer) {
    const button = h("button", { type: "button", class: "runner-choice" });
    conceal(button);
    const slot = this.#slots.get(answer.value);
    if (slot) slot.box.append(button);
    else this.answersRow.append(button);
    return button;
  }

  /** Measures the room and puts everything in its place; says whether it fits. */
  arrange() {
    const { clientWidth: width, clientHeight: height } = this.element;
    const { slots, prompt, answers } = this.#trial;
    const answersRow = answers.some(({ value }) => !slots.includes(value));
    const dpr = window.devicePixelRatio || 1;
    const origin = this.element.getBoundingClientRect();
    const plan = planLayout({ width, height, dpr, imagePx: this.#imagePx, slots, prompt, answersRow, origin });
    this.#layout = plan;
    if (!plan.fits) return plan;
    this.element.dataset.layout = plan.kind;
    this.element.dataset.captions = plan.captions;
    this.prompt.style.top = `${plan.prompt.y}px`;
    this.prompt.style.height = `${plan.prompt.height}px`;
    this.#fitPrompt(plan.prompt.height);
    this.answersRow.style.top = `${plan.answers.y}px`;
    for (const [slot, { box }] of this.#slots) {
      box.style.left = `${plan.boxes[slot].x}px`;
      box.style.top = `${plan.boxes[slot].y}px`;
      box.style.width = box.style.height = `${plan.size}px`;
    }
    for (const { canvas } of this.#canvases.flat()) this.#sizeCanvas(canvas);
    for (const answer of answers) this.#face(answer, plan.kind);
    return plan;
  }

  /** The room for the prompt was reckoned with an average font; in a wider one its letters are smaller. */
  #fitPrompt(height) {
    const { prompt } = this;
    if (prompt.classList.contains("runner-verdict") || !prompt.firstElementChild) return;
    prompt.style.fontSize = "";
    for (let size = LARGEST_PROMPT; size >= SMALLEST_PROMPT; size -= 0.5) {
      if (prompt.firstElementChild.getBoundingClientRect().height <= height) return;
      prompt.style.fontSize = `${size}px`;
    }
  }

  #face(answer, kind) {
    const { label, keys } = answerFace(answer, kind, this.#texts);
    const hint = h("span", { class: "runner-keys", "aria-hidden": "true" });
    keys.forEach((key, i) => {
      if (i > 0) hint.append(` ${this.#texts.or} `);
      hint.append(h("kbd", { textContent: key }));
    });
    const face = h("span", { class: "runner-face" }, h("span", { class: "runner-label", textContent: label }), hint);
    this.buttons.get(answer.value).replaceChildren(face);
  }

  #sizeCanvas(canvas) {
    canvas.style.width = canvas.style.height = `${this.#layout.size}px`;
  }

  /** Draws every picture and mask of the trial, out of sight, so that showing them is one style change. */
  draw(bitmaps, random = Math.random) {
    let masked = [];
    this.#canvases = this.#trial.frames.map((frame) => {
      if (frame.kind === "images") {
        masked = frame.images.map(({ slot }) => slot);
        return frame.images.map(({ slot, src }) => {
          const canvas = this.#addCanvas(slot);
          canvas.getContext("2d").drawImage(bitmaps.get(src), 0, 0);
          return { slot, canvas };
        });
      }
      if (frame.kind !== "noise") return [];
      return masked.map((slot) => {
        const canvas = this.#addCanvas(slot);
        drawNoise(canvas, random);
        return { slot, canvas };
      });
    });
  }

  #addCanvas(slot) {
    const size = this.#imagePx;
    const canvas = h("canvas", { class: "runner-picture", width: size, height: size, "aria-hidden": "true" });
    conceal(canvas);
    this.#sizeCanvas(canvas);
    this.#slots.get(slot).cue.before(canvas);
    return canvas;
  }

  /** A frame begins: called in its animation frame. */
  enter(index) {
    for (const { canvas } of this.#canvases[index]) conceal(canvas, false);
    for (const slot of this.#cued(index)) conceal(this.#slots.get(slot).cue, false);
    if (this.#trial.frames[index].duration_ms === null) this.#openAnswers(index);
  }

  /** A frame ends: called in the animation frame that begins the next one. */
  leave(index) {
    for (const { canvas } of this.#canvases[index]) conceal(canvas);
    for (const slot of this.#cued(index)) conceal(this.#slots.get(slot).cue);
  }

  #cued(index) {
    const { frames } = this.#trial;
    if (frames[index].kind !== "blank" || frames[index + 1]?.kind !== "images") return [];
    return frames[index + 1].images.map(({ slot }) => slot);
  }

  #openAnswers(index) {
    const overPictures = this.#trial.frames[index].kind === "images";
    for (const button of this.buttons.values()) {
      button.classList.toggle("over-picture", overPictures);
      conceal(button, false);
    }
    conceal(this.prompt, false);
  }

  /** The answer is given: the chosen button stays marked, and nothing can be pressed any more. */
  closeAnswers(value) {
    for (const [offered, button] of this.buttons) {
      button.disabled = true;
      button.classList.toggle("chosen", offered === value);
      if (offered !== value) conceal(button);
    }
  }

  /** Shows the trial's pictures again with what they were, and the verdict in the prompt's place. */
  feedback({ right, fake }) {
    for (const button of this.buttons.values()) conceal(button);
    const last = new Map();
    this.#trial.frames.forEach((frame, i) => {
      if (frame.kind === "images") for (const shown of this.#canvases[i]) last.set(shown.slot, shown.canvas);
    });
    for (const [slot, canvas] of last) {
      conceal(canvas, false);
      if (!this.#slots.has(fake)) continue;
      const { box, caption } = this.#slots.get(slot);
      caption.textContent = slot === fake ? this.#texts.invented : this.#texts.real;
      box.classList.add(slot === fake ? "is-fake" : "is-real");
      conceal(caption, false);
    }
    // The mark before the words wraps with them, so that on a phone it does not stand alone at the edge.
    this.prompt.style.fontSize = "";
    this.prompt.replaceChildren(h("span", { textContent: this.verdict({ right, fake }) }));
    this.prompt.classList.add("runner-verdict", right ? "right" : "wrong");
  }

  verdict({ right, fake }) {
    const { verdict } = this.#texts;
    if (right) return verdict.right;
    const places = this.#layout.kind === "column" ? verdict.wrongStacked : verdict.wrongPlace;
    return places[fake] ?? verdict.wrong;
  }

  /** Words in the prompt's place. */
  say(text) {
    this.prompt.textContent = text;
    conceal(this.prompt, false);
  }
}
