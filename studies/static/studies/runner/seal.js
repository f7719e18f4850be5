/** The answer to one trial, as the server takes it. */

import { ms } from "./frames.js";

export const VERSION = "1.2.1";

/**
 * `answer` is `{ value, rtMs, input }`; without an answer (the limit ran out) it is `null`. `shownBefore` says how
 * often the trial's photos had begun to be shown before this time; null where nobody knows. `more` are the answers to
 * the questions after the first, `{ name, value, rtMs }`.
 */
export function seal({ answer, more = [], frames, refreshMs, layout, events, shownBefore = 0 }) {
  return {
    answer: answer?.value ?? null,
    rt_ms: answer ? ms(answer.rtMs) : null,
    input: answer?.input ?? null,
    more: more.map(({ name, value, rtMs }) => ({ name, answer: value, rt_ms: ms(rtMs) })),
    frames,
    refresh_ms: ms(refreshMs),
    layout,
    events,
    shown_before: shownBefore,
    runner: VERSION,
  };
}
