// Two photographs side by side: what is looked at in one is looked at in the other, pixel for pixel or whole.
const STEP = 80;
const STEPS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

const room = document.querySelector("[data-compare]");
const frames = [...room.querySelectorAll(".compare-frame")];
const button = room.querySelector("[data-zoom]");
// Frames that move because the other one did; their own event moves nothing again.
const led = new Set();

// --- together -------------------------------------------------------------------------------------------

/** The point of the picture in the middle of the frame, as shares of its width and height. */
function middle(frame) {
  return {
    x: (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth,
    y: (frame.scrollTop + frame.clientHeight / 2) / frame.scrollHeight,
  };
}

function lookAt(frame, { x, y }) {
  const before = [frame.scrollLeft, frame.scrollTop];
  frame.scrollTo({
    left: x * frame.scrollWidth - frame.clientWidth / 2,
    top: y * frame.scrollHeight - frame.clientHeight / 2,
    behavior: "instant",
  });
  return before[0] !== frame.scrollLeft || before[1] !== frame.scrollTop;
}

function lead(frame) {
  if (led.delete(frame)) {
    return;
  }
  for (const other of frames) {
    if (other !== frame && lookAt(other, middle(frame))) {
      led.add(other);
    }
  }
}

// --- pixel for pixel, or whole --------------------------------------------------------------------------

function isWhole() {
  return room.classList.contains("compare-whole");
}

function zoom(point = { x: 0.5, y: 0.5 }) {
  room.classList.toggle("compare-whole");
  button.setAttribute("aria-pressed", String(isWhole()));
  for (const frame of frames) {
    if (lookAt(frame, point)) {
      led.add(frame);
    }
  }
}

/** Let one pixel of the picture be one of the screen's. */
function fitToScreen() {
  for (const image of room.querySelectorAll(".compare-frame img")) {
    image.style.inlineSize = `${image.getAttribute("width") / devicePixelRatio}px`;
  }
}

// --- hands ----------------------------------------------------------------------------------------------

/** A mouse draws the picture as fingers do. */
function drag(frame) {
  frame.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0) {
      frame.setPointerCapture(event.pointerId);
    }
  });
  frame.addEventListener("pointermove", (event) => {
    if (frame.hasPointerCapture(event.pointerId)) {
      frame.scrollBy({ left: -event.movementX, top: -event.movementY, behavior: "instant" });
    }
  });
  frame.addEventListener("dragstart", (event) => event.preventDefault());
  frame.addEventListener("dblclick", (event) => {
    const box = event.target.getBoundingClientRect();
    zoom({ x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
  });
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest("select") || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (event.key === "z") {
    zoom();
  } else if (STEPS[event.key] && frames.length > 0) {
    event.preventDefault();
    const [left, top] = STEPS[event.key];
    const frame = event.target.closest(".compare-frame") ?? frames[0];
    frame.scrollBy({ left, top, behavior: "instant" });
  }
});

fitToScreen();
for (const frame of frames) {
  frame.addEventListener("scroll", () => lead(frame), { passive: true });
  drag(frame);
}
button.addEventListener("click", () => zoom());
button.hidden = false;
