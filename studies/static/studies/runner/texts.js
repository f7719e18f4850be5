/**
 * Every word that the runner says of itself; what the trials are about is said in the words of the state.
 *
 * The page brings a translation as JSON (`<script type="application/json" id="runner-texts">`) with the keys of
 * `ENGLISH`; a key that it lacks stays English. `{names}` in braces are filled in here. Where a number decides
 * between two wordings, `one` is for 1 and `many` for all others.
 */

export const ENGLISH = {
  next: "Continue",
  back: "Back",
  step: "{page} of {pages}",
  withdraw: "Withdraw and erase my answers",
  places: { left: "Left", right: "Right", centre: "Centre" },
  stackedPlaces: { left: "Upper", right: "Lower", centre: "Centre" },
  keyNames: { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", " ": "Space", Enter: "Enter" },
  or: "or",

  // Where the first and the second slot are.
  where: { row: ["on the left", "on the right"], column: ["at the top", "at the bottom"] },
  example: {
    dots: { one: "A dot", many: "Dots" },
    photos: { one: "One photo", two: "Both photos", many: "All photos" },
    mask: "A pattern",
    choose: "You choose",
    play: "Play the example",
  },
  begin: {
    noPractice: {
      one: "There is one {things}. That takes {time}.",
      many: "There are {count} {things}. That takes {time}.",
    },
    practice: "Start practice",
    test: "Start",
  },
  test: {
    title: "Now the test starts",
    hint: "Sit comfortably, and keep this window in front.",
    next: "Start the test",
  },
  pause: {
    title: "Time for a short break",
    text: "{so_far} Rest your eyes for a moment and continue when you like.",
    next: "Continue",
  },
  welcome: {
    title: "Welcome back",
    text: "All your answers are saved. {so_far} You continue where you left off.",
    next: "Continue",
  },
  more: {
    title: "Almost done",
    text: {
      one: "Something came in between, so not everything was shown exactly as planned. One more {things} takes its place.",
      many: "Something came in between, so not everything was shown exactly as planned. {count} more {things} take its place.",
    },
    next: "Continue",
  },
  finished: {
    title: "That was the last one",
    text: "All your answers are saved. Thank you for looking so closely.",
    next: "To the last page",
  },

  progress: "{done} of {total} done",
  practiceAt: "Practice {number} of {total}",
  timeUp: "Time is up. On to the next one.",
  loading: "Loading the photos …",
  saving: "Saving …",
  waiting: {
    one: "Offline: 1 answer is waiting for the connection. You can continue.",
    many: "Offline: {count} answers are waiting for the connection. You can continue.",
  },
  trouble:
    "No connection. Your answer is kept here and will be sent as soon as the connection is back. Please leave this page open.",
  busy: "Very many people are here just now. Your answer is kept and will be sent in a moment. Please leave this page open.",
  busyLoading: "Very many people are here just now. This page continues in a moment.",
  troubleLoading: "No connection. This page continues as soon as the connection is back.",
  recovered: "Connected again.",

  otherTab: {
    title: "The test is open in another tab",
    text: "It runs in one tab at a time, so that nothing is answered twice. Continue in the other tab, or use this one instead.",
    next: "Use this tab",
  },
  takenOver: {
    title: "The test continues in another tab",
    text: "This tab has stopped. Everything that you answered here was kept.",
    next: "Use this tab again",
  },
  picturesFailed: {
    title: "A photo could not be loaded",
    text: "Please check your connection and try again. Nothing is lost.",
    next: "Try again",
  },
  tooSmall: {
    title: "This window is too small",
    text: "The photos are shown at a fixed size and need at least {width} × {height} points. Please enlarge the window, turn your phone, or zoom out. This goes away by itself.",
  },
  closed: {
    title: "The test cannot continue",
    text: "The study is closed, or this page is out of date.",
    next: "Reload the page",
  },
  refused: {
    title: "Your answer was not accepted",
    text: "The server said: {words}",
    plain: "Please reload the page to continue.",
    next: "Reload the page",
  },
  broken: {
    title: "Something went wrong",
    text: "Your earlier answers are saved. Please reload the page to continue where you left off.",
    next: "Reload the page",
  },
  oldBrowser: {
    title: "This browser is too old",
    text: "The test needs a current browser. Please open this page in an up-to-date Firefox, Chrome, Edge or Safari.",
  },
  minutes: { one: "about a minute", many: "about {minutes} minutes" },
  duration: {
    500: "half a second",
    1000: "one second",
    2000: "two seconds",
    3000: "three seconds",
    other: "{seconds} seconds",
  },
};

const isTable = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** The English texts with whatever of them `translated` has, of the same kind: a text, a list or a table. */
export function withTranslation(translated, english = ENGLISH) {
  if (!isTable(translated)) return english;
  const merged = {};
  for (const [key, original] of Object.entries(english)) {
    const other = translated[key];
    if (isTable(original)) merged[key] = withTranslation(other, original);
    else merged[key] = typeof other === typeof original && Array.isArray(other) === Array.isArray(original) ? other : original;
  }
  return merged;
}

/** The page's texts; English where it brings none, or something that is not JSON. */
export function textsOf(document_) {
  const text = document_.getElementById("runner-texts")?.textContent;
  if (!text) return ENGLISH;
  try {
    return withTranslation(JSON.parse(text));
  } catch {
    return ENGLISH; // words are no reason to stop anybody
  }
}

/** Puts `values` in the place of the `{names}`; a name without a value stays as it is. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** One of two wordings, with the number in it. */
export function counted(wordings, count, values = {}) {
  return fill(count === 1 ? wordings.one : wordings.many, { count, ...values });
}

/** A duration in words; `language` says how decimals are written. */
export function duration(milliseconds, texts = ENGLISH, language = "en") {
  const spelt = texts.duration[milliseconds];
  if (spelt) return spelt;
  const seconds = Number((milliseconds / 1000).toPrecision(2)).toLocaleString(language);
  return fill(texts.duration.other, { seconds });
}

/** How long so many trials take, in words, to the minute. */
export function minutes(trials, secondsEach, texts = ENGLISH) {
  const whole = Math.max(1, Math.round((trials * secondsEach) / 60));
  return counted(texts.minutes, whole, { minutes: whole });
}
