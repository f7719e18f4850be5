/** One tab at a time: who holds the lock of a participation may play it. */

const GRACE_MS = 1200;

const forever = () => new Promise(() => {});

/**
 * Takes the lock `name` and keeps it for as long as the page lives.
 *
 * `onBusy(take)` is called once when another tab holds it: `take()` takes it away from there. Until then this tab
 * waits, and gets the lock when the other one is closed. `onLost()` is called when another tab has taken it away.
 * Resolves when the lock is ours. Where the browser has no locks, it resolves at once: the server takes each
 * answer once, whoever sends it.
 */
export function onlyTab(name, { locks = navigator.locks, onBusy, onLost, graceMs = GRACE_MS }) {
  if (!locks) return Promise.resolve();
  return new Promise((resolve) => {
    const request = (options) => {
      let held = false;
      const hold = () => {
        held = true;
        clearTimeout(timer);
        resolve();
        return forever();
      };
      return locks.request(name, options, hold).catch((error) => {
        // A browser that has locks but forbids them here (an odd sandbox) is one without.
        if (error?.name !== "AbortError") hold();
        else if (held) onLost();
      });
    };
    const waiting = new AbortController();
    const take = () => {
      waiting.abort();
      return request({ steal: true });
    };
    // A page that is being reloaded holds its lock for a moment longer.
    const timer = setTimeout(() => onBusy(take), graceMs);
    request({ signal: waiting.signal });
  });
}
