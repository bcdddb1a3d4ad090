// The stage: arrow keys, space or a click go from slide to slide; f fills the screen.
const QUIET_AFTER = 2500;

const stage = document.querySelector("[data-stage]");
const slides = [...stage.querySelectorAll(".slide")];
const count = stage.querySelector("[data-stage-count]");
const full = stage.querySelector("[data-stage-full]");
const isMirrored = document.documentElement.dir === "rtl";
let current = 0;
let quiet = 0;

function show(index) {
  current = Math.max(0, Math.min(index, slides.length - 1));
  slides.forEach((slide, place) => {
    slide.classList.toggle("slide-current", place === current);
    slide.inert = place !== current;
  });
  if (count) {
    count.textContent = `${current + 1} / ${slides.length}`;
  }
}

function touch() {
  stage.classList.add("stage-touched");
  clearTimeout(quiet);
  quiet = setTimeout(() => stage.classList.remove("stage-touched"), QUIET_AFTER);
}

async function toggleFull() {
  if (document.fullscreenElement) {
    await document.exitFullscreen();
  } else {
    await stage.requestFullscreen();
  }
}

const keys = {
  ArrowRight: () => show(current + (isMirrored ? -1 : 1)),
  ArrowLeft: () => show(current + (isMirrored ? 1 : -1)),
  ArrowDown: () => show(current + 1),
  ArrowUp: () => show(current - 1),
  PageDown: () => show(current + 1),
  PageUp: () => show(current - 1),
  " ": () => show(current + 1),
  Home: () => show(0),
  End: () => show(slides.length - 1),
  f: toggleFull,
};

document.addEventListener("keydown", (event) => {
  const act = keys[event.key];
  const isOnControl = event.target.closest("a, button");
  if (!act || event.ctrlKey || event.metaKey || event.altKey || (event.key === " " && isOnControl)) {
    return;
  }
  event.preventDefault();
  act();
});

stage.addEventListener("click", (event) => {
  if (event.target.closest("a, button")) {
    return;
  }
  const isStart = event.clientX < window.innerWidth / 3;
  show(current + (isStart === isMirrored ? 1 : -1));
});
stage.addEventListener("pointermove", touch);

if (full && document.fullscreenEnabled) {
  full.hidden = false;
  full.addEventListener("click", toggleFull);
}
stage.classList.add("stage-live");
show(0);
touch();
