/* What was typed into forms and is not saved, by the address of the page; it ends with the tab. */

const PREFIX = "foolrate-typed:";
/* With the query: one address adds colorizers of many methods. */
export const here = location.pathname + location.search;

export function keep(typed) {
  try {
    sessionStorage.setItem(PREFIX + here, JSON.stringify({ ...typed, at: Date.now() }));
  } catch {
    // No room, or storage is forbidden: the question before leaving remains.
  }
}

export function drop(address) {
  try {
    sessionStorage.removeItem(PREFIX + address);
  } catch {
    // There is nothing, then.
  }
}

/* The addresses of which something is kept, or what is kept of one. */
export function kept(address) {
  try {
    if (address !== undefined) return JSON.parse(sessionStorage.getItem(PREFIX + address));
    return Object.keys(sessionStorage)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => name.slice(PREFIX.length));
  } catch {
    return address === undefined ? [] : null;
  }
}

/* Whether this page is the answer to a form that was sent and saved: anything but the form once more, or a
   log-in, comes straight after it. */
export function wasSaved(address) {
  if (!kept(address)?.sent || document.querySelector("[data-guarded][data-refused]")) return false;
  try {
    const { pathname, search } = new URL(document.referrer);
    return pathname + search === address;
  } catch {
    return false;
  }
}
