/** The page of a study that is full for now looks again by itself, while somebody looks at it. */

const place = document.querySelector("[data-look-again]");

function lookAgain() {
  if (document.visibilityState === "visible") location.replace(place.dataset.lookAgain);
  else document.addEventListener("visibilitychange", lookAgain, { once: true });
}

if (place !== null) setTimeout(lookAgain, 1000 * Number(place.dataset.seconds));
