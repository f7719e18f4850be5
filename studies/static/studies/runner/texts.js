/** Every word that the runner says: a translation replaces this object and nothing else. */

const SPELT = new Map([
  [500, "half a second"],
  [1000, "one second"],
  [2000, "two seconds"],
  [3000, "three seconds"],
]);

/** A duration in words. */
export function duration(milliseconds) {
  return SPELT.get(milliseconds) ?? `${Number((milliseconds / 1000).toPrecision(2))} seconds`;
}

function minutes(trials, secondsEach) {
  const whole = Math.max(1, Math.round((trials * secondsEach) / 60));
  return whole === 1 ? "about a minute" : `about ${whole} minutes`;
}

export const TEXTS = {
  next: "Continue",
  back: "Back",
  pairs: { one: "pair", many: "pairs" },
  rounds: { one: "round", many: "rounds" },
  step: (page, pages) => `${page} of ${pages}`,
  real: "Real colours",
  invented: "Invented colours",
  places: { left: "Left", right: "Right", centre: "Centre" },
  stackedPlaces: { left: "Upper", right: "Lower", centre: "Centre" },
  keyNames: { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", " ": "Space", Enter: "Enter" },
  or: "or",

  fakes: {
    title: "Spot the fake colours",
    text: [
      "You will see the same photo twice. One has its real colours. In the other one, a computer was given the photo in black and white and invented the colours.",
      "Your task: find the one with the invented colours. Sometimes it is easy, sometimes hardly possible. Then follow your first impression.",
    ],
    figure: "Two drawings of one landscape: one with natural colours, one with colours that are slightly off.",
  },
  looking: {
    title: "Look closely, it is quick",
    sequential: (exposure, places) =>
      `One photo appears ${places[0]}, then the other ${places[1]}, or the other way round. Each stays for only ${exposure}. A small dot shows where the next one will appear.`,
    together: (exposure) =>
      `Both photos appear together and stay for only ${exposure}. Small dots show where they will appear.`,
    open: "Both photos appear together and stay until you have chosen.",
    row: ["on the left", "on the right"],
    column: ["at the top", "at the bottom"],
    afterwards: "Afterwards there is all the time you need to choose.",
    limited: (limit) => `Afterwards you have ${limit} to choose.`,
    figure: "A drawing of the order: the photos appear, vanish, and then you choose.",
  },
  choosing: {
    title: "How to choose",
    keyboard: (keys) => `Press ${keys}, or click the place where the fake was.`,
    touch: "Tap the place where the fake was.",
    practice: (count, things) =>
      count === 1
        ? `First comes one ${things.one} for practice. It does not count, and you are told whether you were right.`
        : `First come ${count} ${things.many} for practice. They do not count, and you are told each time whether you were right.`,
    noPractice: (count, time, things) => `There are ${count} ${things.many}. That takes ${time}.`,
    startPractice: "Start practice",
    start: "Start",
    figure: "A drawing of the two places to choose from.",
  },
  general: {
    title: "What to do",
    text: (prompt) => `Look at what is shown and answer the question: “${prompt}”`,
    limited: (limit) => `You have ${limit} to answer.`,
  },
  test: {
    title: "Now the test starts",
    text: (count, time, things) =>
      `Practice is over. ${count === 1 ? `One ${things.one} is` : `${count} ${things.many} are`} left, which takes ${time}. From now on you are not told whether you were right.`,
    hint: "Sit comfortably, and keep this window in front.",
    next: "Start the test",
  },
  pause: {
    title: "Time for a short break",
    text: (done, total, things) => `${done} of ${total} ${things.many} are done. Rest your eyes for a moment and go on when you like.`,
    next: "Go on",
  },
  welcome: {
    title: "Welcome back",
    text: (done, total, things) => `Everything that you answered was kept: ${done} of ${total} ${things.many} are done. You go on where you left off.`,
    next: "Go on",
  },
  finished: {
    title: "That was the last one",
    text: "All your answers are saved. Thank you for looking so closely.",
    next: "To the last page",
  },

  progress: (done, total) => `${done} of ${total} done`,
  verdict: {
    right: "Right",
    wrong: "Wrong",
    wrongPlace: { left: "Wrong – the fake was on the left", right: "Wrong – the fake was on the right" },
    wrongStacked: { left: "Wrong – the fake was at the top", right: "Wrong – the fake was at the bottom" },
  },
  timeUp: "Time is up. On to the next one.",
  loading: "Loading the photos …",
  saving: "Saving …",
  trouble: "No connection. Your answer is kept here and will be sent as soon as the line is back. Please leave this page open.",
  troubleLoading: "No connection. This page goes on as soon as the line is back.",
  recovered: "Connected again.",

  picturesFailed: {
    title: "A photo could not be loaded",
    text: "Please check your connection and try again. Nothing is lost.",
    next: "Try again",
  },
  tooSmall: {
    title: "This window is too small",
    text: (width, height) =>
      `The photos are shown at a fixed size and need at least ${width} × ${height} points. Please enlarge the window, turn your phone, or zoom out. This goes away by itself.`,
  },
  closed: {
    title: "This cannot go on",
    text: "The study is closed, or this page is out of date.",
    next: "Reload the page",
  },
  refused: {
    title: "Your answer was not accepted",
    text: (words) => (words ? `The server said: ${words}` : "Please reload the page to go on."),
    next: "Reload the page",
  },
  broken: {
    title: "Something went wrong",
    text: "Your earlier answers are saved. Please reload the page to go on where you left off.",
    next: "Reload the page",
  },
  oldBrowser: {
    title: "This browser is too old",
    text: "The test needs a current browser. Please open this page in an up-to-date Firefox, Chrome, Edge or Safari.",
  },
  minutes,
};
