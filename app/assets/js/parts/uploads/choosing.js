// Choosing files: by button, by drop onto their section, with a telephone's camera. What clearly cannot be taken is
// said at once, before a byte is sent; the server looks again, at the content.
import { make } from "../dom.js";
import { say, sayBytes, sayPercent } from "../words.js";

const STEP = 0.25;
const UNTOLD = new Set(["", "application/octet-stream"]);
let count = 0;

/** Take over a file field; `choose` is called with each file that may be sent. */
export function startChoosing(input, choose) {
  const list = make("ul", { className: "uploads" });
  const refusals = make("ul", { className: "upload-refusals plain-list" });
  const said = make("div", { role: "alert" }, refusals);
  const live = make("p", { className: "visually-hidden", role: "status" });
  const take = (files) => {
    refusals.replaceChildren();
    const wanted = input.multiple ? files : files.slice(0, 1);
    const faults = files.slice(wanted.length).map(({ name }) => say("uploadOnlyOne", { name }));
    for (const file of wanted) {
      const fault = faultOf(file, input);
      if (fault) {
        faults.push(fault);
      } else {
        choose(file);
      }
    }
    refusals.append(...faults.map((text) => make("li", { className: "upload-error", dir: "auto", textContent: text })));
  };
  const box = make("div", { className: "chooser" });
  input.replaceWith(box);
  box.append(...withButton(input, say(input.multiple ? "chooseMany" : "chooseOne"), take));
  if (hasCamera() && input.dataset.kind === "picture") {
    box.append(...withButton(camera(input), say("takePhoto"), take));
  }
  box.append(make("p", { className: "chooser-drop", textContent: say(input.multiple ? "dropMany" : "dropOne") }));
  box.after(said, live);
  const section = input.closest("section");
  section.querySelector(".uploads-there").after(list);
  takeDrops(section, take);
  return { list, speak: speaker(live) };
}

/** The field itself stays, for whoever reads with the ears or the keyboard; its label is what is seen and pressed. */
function withButton(input, words, take) {
  input.classList.add("visually-hidden");
  input.required = false;
  input.addEventListener("change", () => {
    const files = [...input.files];
    // The files go their own way: the form must not send them a second time.
    input.value = "";
    take(files);
  });
  return [input, make("label", { className: "button button-quiet", htmlFor: input.id, textContent: words })];
}

function hasCamera() {
  return matchMedia("(pointer: coarse)").matches;
}

function camera(input) {
  count += 1;
  const described = input.getAttribute("aria-describedby") ?? "";
  const made = make("input", { type: "file", id: `camera-${count}`, accept: "image/*", "aria-describedby": described });
  made.setAttribute("capture", "environment");
  return made;
}

function takeDrops(section, take) {
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const mark = (isOver) => section.classList.toggle("drop-over", isOver);
  section.addEventListener("dragover", (event) => {
    if (hasFiles(event)) {
      event.preventDefault();
      mark(true);
    }
  });
  section.addEventListener("dragleave", (event) => !section.contains(event.relatedTarget) && mark(false));
  section.addEventListener("drop", (event) => {
    if (hasFiles(event)) {
      event.preventDefault();
      mark(false);
      take([...event.dataTransfer.files]);
    }
  });
  // A file let go beside its place must not replace the page.
  for (const type of ["dragover", "drop"]) {
    document.addEventListener(type, (event) => hasFiles(event) && event.preventDefault());
  }
}

/** Why a file cannot be sent here, or null. */
function faultOf({ name, size, type }, { accept, dataset }) {
  const limit = Number(dataset.maxBytes);
  if (size === 0) {
    return say("uploadEmpty", { name });
  }
  if (limit && size > limit) {
    return say("uploadTooLarge", { name, size: sayBytes(size), limit: sayBytes(limit) });
  }
  const taken = accept.split(",").filter(Boolean);
  const isTaken = taken.length === 0 || taken.some((one) => one === type || name.toLowerCase().endsWith(one));
  // Of a name that tells this device nothing the server reads the content.
  if (isTaken || UNTOLD.has(type)) {
    return null;
  }
  return say("uploadWrongKind", { name, kinds: taken.filter((one) => one.startsWith(".")).join(", ") });
}

/** Says how far files are for those who do not see it: each quarter, and what has changed; not every step. */
function speaker(live) {
  const quarters = new Map();
  return ({ key, name, state, sent, size }) => {
    const share = size ? sent / size : 1;
    const now = state === "sending" ? `sending ${Math.floor(share / STEP)}` : state;
    if (quarters.get(key) === now) {
      return;
    }
    quarters.set(key, now);
    const texts = {
      sending: () => say("uploadSpoken", { name, percent: sayPercent(share) }),
      arrived: () => say("uploadStored", { name }),
      offline: () => `${name}: ${say("uploadOffline")}`,
      paused: () => `${name}: ${say("uploadPausedSpoken")}`,
      missing: () => `${name}: ${say("uploadMissing")}`,
      // Said beside the file, as an alert.
      refused: () => "",
      closed: () => "",
    };
    live.textContent = texts[state]?.() ?? live.textContent;
  };
}
