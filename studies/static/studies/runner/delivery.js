/** Brings each answer to the server exactly once, however bad the line is. */

import { isTable } from "./checked.js";
import { parseProgress, serverWords } from "./state.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const PATIENCE_MS = 20_000;
// Browsers refuse more than 64 KiB of `keepalive` bodies; headers and a request just given up count too.
const MOST_KEPT_ALIVE = 30_000;
export const TOO_MANY = 429;

/** The server understood and said no: trying again would change nothing. */
export class RefusedError extends Error {
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

/** Pause before the next try in ms: doubling from half a second to half a minute, each with jitter. */
export function pauseBefore(attempt, random, retryAfterSeconds = null) {
  const grown = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
  const jittered = grown * (0.5 + random() / 2);
  if (retryAfterSeconds === null) return jittered;
  return Math.max(jittered, Math.min(LONGEST_PAUSE_MS, retryAfterSeconds * 1000) * (1 + random() / 4));
}

/** Statuses that say nothing about the request itself. */
export const isPassing = (status) => status >= 500 || status === 408 || status === 425 || status === TOO_MANY;

/** Seconds that a server asks to wait, or null. */
export function retryAfter(response) {
  const seconds = Number.parseInt(response.headers?.get("Retry-After") ?? "", 10);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

/** The browser's timers; a pause ends early when the line comes back, or the laptop is opened again. */
export function browserWait(pauseMs) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      document.removeEventListener("visibilitychange", seen);
      resolve();
    };
    const seen = () => document.visibilityState === "visible" && over();
    const timer = setTimeout(over, pauseMs);
    addEventListener("online", over);
    document.addEventListener("visibilitychange", seen);
  });
}

/**
 * A `fetch` that tries again after network errors and passing troubles, for as long as the page lives.
 *
 * `onTrouble(attempt, busy)` is told before each pause, `busy` if the server asks to wait (429), and `onRecovered()`
 * once the line is back.
 * Resolves with the first reply that is not a passing trouble, whatever its status.
 */
export function persistent({ fetch, wait, random = Math.random, onTrouble = () => {}, onRecovered = () => {} }) {
  const once = async (url, options, read) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
    try {
      const response = await fetch(url, { ...options, signal: patience.signal });
      if (isPassing(response.status)) return { retryAfter: retryAfter(response), busy: response.status === TOO_MANY };
      return { response, value: await read(response) };
    } finally {
      clearTimeout(timer);
    }
  };
  return async function request(url, options = {}, read = (response) => response) {
    for (let attempt = 0; ; attempt += 1) {
      let outcome;
      try {
        outcome = await once(url, options, read);
      } catch {
        // Network down, patience over, or a body that broke off: all pass.
        outcome = { retryAfter: null, busy: false };
      }
      if (outcome.response) {
        if (attempt > 0) onRecovered();
        return outcome.value;
      }
      onTrouble(attempt, outcome.busy);
      await wait(pauseBefore(attempt, random, outcome.retryAfter));
    }
  };
}

function parseFeedback(feedback) {
  if (feedback === null || feedback === undefined) return null;
  const { right, captions, marked } = feedback;
  return {
    right: typeof right === "boolean" ? right : null,
    captions: isTable(captions) ? captions : {},
    marked: Array.isArray(marked) ? marked : [],
    showMs: Number(feedback.show_ms) || 0,
  };
}

/** A reply that does not say what the contract says broke on its way (a captive portal, say): it throws, so we retry. */
async function readReply(response) {
  if (response.status === 409 || response.status === 404) return { stale: true };
  if (response.ok) {
    const body = await response.json();
    return {
      stale: false,
      received: body.received ?? null,
      voided: body.voided === true,
      progress: parseProgress(body.progress),
      finished: body.finished === true,
      feedback: parseFeedback(body.feedback),
    };
  }
  return { refused: new RefusedError(response.status, await serverWords(response)) };
}

/**
 * Makes `deliver(code, sealed)`: one POST for one answer.
 *
 * Resolves with the server's reply, or `{ stale: true }` when this trial is not the open one any more.
 * Rejects with `RefusedError`. A second call for a trial that is under way joins the first.
 */
export function makeDelivery({ request, csrf }) {
  const underWay = new Map();
  const post = async (code, sealed) => {
    const body = JSON.stringify(sealed);
    const options = {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() },
      body,
      credentials: "same-origin",
      // The answer still leaves when the tab is closed at once.
      keepalive: body.length <= MOST_KEPT_ALIVE,
    };
    const outcome = await request(`/t/${encodeURIComponent(code)}/response/`, options, readReply);
    if (outcome.refused) throw outcome.refused;
    return outcome;
  };
  return function deliver(code, sealed) {
    if (!underWay.has(code)) {
      underWay.set(code, post(code, sealed).finally(() => underWay.delete(code)));
    }
    return underWay.get(code);
  };
}
