/** The display check: measures, says what it found, and looks again whenever the window changes. */

import { deviceFacts } from "../runner/device.js";
import { measureRefresh } from "../runner/exposure.js";
import { RefreshMeter } from "../runner/frames.js";
import { inputKind, moreFacts, obstacle, planFor, touchOnly } from "./measure.js";

const texts = JSON.parse(document.getElementById("check-texts").textContent);
const form = document.getElementById("display-check");
const meter = new RefreshMeter();
const trial = JSON.parse(document.getElementById("example-trial").textContent);
const imagePx = Number(form.dataset.imagePx);
const matches = (query) => window.matchMedia(query).matches;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
const show = (name, text) => {
  document.querySelector(`[data-fact="${name}"]`).textContent = text;
};
let shown = null;

function look() {
  const plan = planFor(window, imagePx, trial);
  const touch = touchOnly(matches);
  const facts = { ...deviceFacts({ refreshMs: meter.period, layout: plan }), ...moreFacts(window, matches) };
  form.elements.facts.value = JSON.stringify({ ...facts, fits: plan.fits, touch_only: touch });
  const size = { width: window.innerWidth, height: window.innerHeight };
  show("window", fill(texts.window, size));
  show("gamut", texts[facts.gamut]);
  show("input", texts[inputKind(matches, navigator.maxTouchPoints ?? 0)]);
  if (meter.period) show("refresh", fill(texts.refresh, { count: Math.round(1000 / meter.period) }));
  const { required, noTouch } = form.dataset;
  say(obstacle({ plan, touch, required: required === "yes", noTouch: noTouch === "yes" }), plan, size);
}

function say(why, plan, { width, height }) {
  const place = document.getElementById("obstacle");
  document.getElementById("leave").hidden = !why;
  document.querySelector('[value="go"]').disabled = Boolean(why);
  const words = why === "small" ? `${why} ${width} ${height}` : why;
  if (words === shown) return;
  shown = words;
  place.replaceChildren();
  if (!why) return;
  place.append(document.getElementById(`says-${why}`).content.cloneNode(true));
  if (why === "small") {
    const [need] = plan.needs;
    place.querySelector("[data-have]").textContent = `${width} × ${height}`;
    place.querySelector("[data-need]").textContent = `${Math.ceil(need.width)} × ${Math.ceil(need.height) + 4}`;
  }
}

window.addEventListener("resize", look);
look();
measureRefresh(meter).then(look);
