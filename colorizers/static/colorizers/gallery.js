// One slider a photograph draws the colours of all its colorizations over the grey.
for (const wiper of document.querySelectorAll(".wiper")) {
  const slider = wiper.querySelector("input");
  const exhibit = wiper.closest(".exhibit");
  const draw = () => exhibit.style.setProperty("--shown", `${slider.value}%`);
  slider.addEventListener("input", draw);
  draw();
  wiper.hidden = false;
}
