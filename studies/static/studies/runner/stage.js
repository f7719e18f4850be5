/** The stage of one trial: its slots, pictures, buttons and captions, all in fixed places. */

import { columnsOf, faceElement, inRow, isScale, offeredBy, questionsOf, roomOf, scaleWords } from "./answers.js";
import { conceal, h } from "./dom.js";
import { LARGEST_PROMPT, planLayout, SMALLEST_PROMPT } from "./layout.js";
import { drawNoise } from "./noise.js";
import { verdictOf } from "./words.js";

// CSS px.
const WIDEST_ANSWER = 256;
const WIDEST_POINT = 72;
const POINTS_APART = 4;

export class Stage {
  #trial;
  #imagePx;
  #texts;
  #words;
  #slots = new Map();
  #canvases = [];
  #layout = null;
  #asked;
  #now = 0;
  #open = null;

  constructor({ trial, imagePx, texts, words }) {
    this.#trial = trial;
    this.#imagePx = imagePx;
    this.#texts = texts;
    this.#words = words;
    this.prompt = h("p", { class: "runner-prompt" }, h("span", { textContent: trial.prompt }));
    this.element = h("div", { class: "runner-stage" }, this.prompt);
    for (const slot of trial.slots) this.#addSlot(slot);
    this.#asked = questionsOf(trial).map((question) => this.#addQuestion(question));
    conceal(this.prompt);
    this.element.addEventListener("contextmenu", (event) => event.preventDefault());
    this.element.addEventListener("dragstart", (event) => event.preventDefault());
  }

  get layout() {
    return this.#layout;
  }

  /** The buttons of the question that is asked now, by their answers. */
  get buttons() {
    return this.#asked[this.#now].buttons;
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

  /** The buttons of a question, out of sight: in their slots, and in a row of their own below. */
  #addQuestion(question) {
    const below = inRow(question, this.#trial.slots);
    const points = h("div", { class: "runner-points" });
    const scale = isScale(below);
    const row = h("div", { class: scale ? "runner-answers scale" : "runner-answers" }, points);
    if (scale) row.append(scaleWords(below));
    const buttons = new Map();
    for (const answer of question.answers) {
      const button = h("button", { type: "button", class: "runner-choice" });
      conceal(button);
      (this.#slots.get(answer.value)?.box ?? points).append(button);
      buttons.set(answer.value, button);
    }
    conceal(row);
    this.element.append(row);
    return { question, buttons, row, points, below, scale };
  }

  /** Measures the room and puts everything in its place; says whether it fits. */
  arrange() {
    const { clientWidth: width, clientHeight: height } = this.element;
    const dpr = window.devicePixelRatio || 1;
    const origin = this.element.getBoundingClientRect();
    const plan = planLayout({ width, height, dpr, imagePx: this.#imagePx, ...roomOf(this.#trial), origin });
    this.#layout = plan;
    if (!plan.fits) return plan;
    this.element.dataset.layout = plan.kind;
    this.element.dataset.captions = plan.captions;
    this.prompt.style.top = `${plan.prompt.y}px`;
    this.prompt.style.height = `${plan.prompt.height}px`;
    this.#fitPrompt(plan.prompt.height);
    for (const [slot, { box }] of this.#slots) {
      box.style.left = `${plan.boxes[slot].x}px`;
      box.style.top = `${plan.boxes[slot].y}px`;
      box.style.width = box.style.height = `${plan.size}px`;
    }
    for (const { canvas } of this.#canvases.flat()) this.#sizeCanvas(canvas);
    for (const asked of this.#asked) this.#arrangeAnswers(asked, plan, width);
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

  #arrangeAnswers({ question, buttons, row, points, below, scale }, plan, width) {
    row.style.top = `${plan.answers.y}px`;
    const widest = scale ? WIDEST_POINT : WIDEST_ANSWER;
    points.style.gridTemplateColumns = `repeat(${columnsOf(below, width)}, minmax(0, ${widest}px))`;
    if (scale) row.lastElementChild.style.maxWidth = `${below.length * (WIDEST_POINT + POINTS_APART) - POINTS_APART}px`;
    for (const answer of question.answers) {
      const button = buttons.get(answer.value);
      const onScale = scale && below.includes(answer);
      // On a scale the words stand beneath, and a screen reader has both.
      const shown = onScale ? { ...answer, label: answer.value, keys: [] } : answer;
      if (onScale && answer.label !== answer.value) button.ariaLabel = `${answer.value}: ${answer.label}`;
      button.replaceChildren(faceElement(shown, plan.kind, this.#texts));
    }
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
    this.#open = index;
    this.#offer(this.#asked[this.#now].question.answers);
    conceal(this.prompt, false);
  }

  #offer(answers) {
    const { buttons, row } = this.#asked[this.#now];
    const overPictures = this.#trial.frames[this.#open].kind === "images";
    for (const { value } of answers) {
      const button = buttons.get(value);
      button.classList.toggle("over-picture", overPictures && this.#slots.has(value));
      conceal(button, false);
    }
    conceal(row, false);
  }

  /** Asks the next question, after these answers: what was chosen of the slots stays marked. Returns its answers. */
  ask(given) {
    const before = this.#asked[this.#now];
    this.#now += 1;
    const { question } = this.#asked[this.#now];
    const offered = offeredBy(question, given);
    conceal(before.row);
    for (const [value, button] of before.buttons) {
      const covered = !this.#slots.has(value) || offered.some((answer) => answer.value === value);
      if (covered) conceal(button);
    }
    this.prompt.replaceChildren(h("span", { textContent: question.prompt }));
    this.#fitPrompt(this.#layout.prompt.height);
    this.#offer(offered);
    return offered;
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
  feedback(feedback) {
    const { right, captions, marked } = feedback;
    for (const { buttons, row } of this.#asked) {
      conceal(row);
      for (const button of buttons.values()) conceal(button);
    }
    const last = new Map();
    this.#trial.frames.forEach((frame, i) => {
      if (frame.kind === "images") for (const shown of this.#canvases[i]) last.set(shown.slot, shown.canvas);
    });
    for (const [slot, canvas] of last) {
      conceal(canvas, false);
      const { box, caption } = this.#slots.get(slot);
      box.classList.toggle("is-marked", marked.includes(slot));
      if (!captions[slot]) continue;
      caption.textContent = captions[slot];
      conceal(caption, false);
    }
    // The mark before the words wraps with them, so that on a phone it does not stand alone at the edge.
    this.prompt.style.fontSize = "";
    this.prompt.replaceChildren(h("span", { textContent: this.verdict(feedback) }));
    this.prompt.classList.add("runner-verdict");
    if (right !== null) this.prompt.classList.add(right ? "right" : "wrong");
  }

  verdict(feedback) {
    return verdictOf(feedback, this.#words, this.#layout.kind);
  }

  /** Words in the prompt's place. */
  say(text) {
    this.prompt.textContent = text;
    conceal(this.prompt, false);
  }
}
