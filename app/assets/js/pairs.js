// Which of two: by click, by key; the choice is kept here before it is sent, and counts once both were shown.
import { startBar } from "./ballot/bar.js";
import { read, tidy } from "./ballot/kept.js";
import { meet } from "./ballot/meet.js";
import { startNeeds } from "./ballot/needs.js";
import { listen } from "./ballot/news.js";
import { startOnward, waitsToBeSubmitted } from "./ballot/onward.js";
import { startPictures } from "./ballot/pictures.js";
import { startSending } from "./ballot/send.js";
import { startStaying } from "./ballot/stay.js";
import { say } from "./parts/words.js";

const form = document.querySelector("form[data-pair]");
const line = document.querySelector("[data-saved]");
const wait = document.querySelector("[data-wait]");
const buttons = [...form.querySelectorAll("[name=chosen]")];
const sheet = {
  ballot: `pair-${form.dataset.pair}`,
  url: form.action,
  page: location.pathname,
  label: form.dataset.label,
  names: [{ name: "chosen", title: say("chosen"), says: Object.fromEntries(buttons.map(({ value }) => [value, value.padStart(4, "0")])) }],
  version: Number(form.elements.version.value),
  content: { first: form.elements.first.value, second: form.elements.second.value, chosen: form.dataset.chosen },
  state: form.dataset.chosen ? "decided" : "open",
};

// --- choosing -------------------------------------------------------------------------------------------

const pictures = startPictures(allow, false);

/** Both were shown: now a choice counts. */
function allow() {
  wait.textContent = "";
  for (const button of buttons) {
    button.removeAttribute("aria-disabled");
  }
}

const onward = startOnward(sheet, {
  goOn: () => {
    location.href = form.dataset.next;
  },
});

// What the page shows; another window may have kept another choice meanwhile.
let shown = sheet.content.chosen;

async function choose(chosen) {
  if (!pictures.seen()) {
    return;
  }
  const kept = await read(sheet.ballot);
  if (kept && kept.content.chosen !== shown && kept.content.chosen !== chosen) {
    // Nobody overturns a choice that they did not see: it is shown, and the next click is meant.
    draw(kept.content.chosen);
    wait.textContent = wordsOn(kept.content.chosen);
    return;
  }
  if (waitsToBeSubmitted(kept) && kept.content.chosen !== chosen) {
    // Without a network there is time to think again.
    onward.stay();
  }
  onward.submit({ chosen });
}

/** Show the choice that is kept here, from whichever window, and count it once the server has it. */
async function show() {
  const kept = await read(sheet.ballot);
  if (kept) {
    draw(kept.content.chosen);
    count(kept.state);
  }
}

/** How many are decided: as many as the server said with the page, but for this one, which may have changed since. */
function count(state) {
  const { done, total } = form.dataset;
  const more = Number(state === "decided") - Number(sheet.state === "decided");
  document.querySelector("[data-count]").textContent = say("count", { done: Number(done) + more, total });
}

function draw(chosen) {
  shown = chosen;
  for (const button of buttons) {
    const isIt = button.value === chosen;
    button.setAttribute("aria-pressed", String(isIt));
    button.classList.toggle("button-quiet", chosen !== "" && !isIt);
    button.firstChild.textContent = `${isIt ? wordsOn(chosen) : say("choose", { number: button.value.padStart(4, "0") })} `;
    button.closest("[data-side]").classList.toggle("pair-chosen", isIt);
  }
}

/** "Your choice: entry 0012", or nothing where none is made. */
function wordsOn(chosen) {
  return chosen ? say("yourChoice", { number: chosen.padStart(4, "0") }) : "";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (buttons.includes(event.submitter)) {
    choose(event.submitter.value);
  }
});

// --- keys -----------------------------------------------------------------------------------------------

const isMirrored = document.documentElement.dir === "rtl";
const KEYS = {
  1: () => choose(buttons[0].value),
  2: () => choose(buttons[1].value),
  ArrowLeft: () => choose(buttons[isMirrored ? 1 : 0].value),
  ArrowRight: () => choose(buttons[isMirrored ? 0 : 1].value),
  s: () => document.querySelector("[data-skip]")?.click(),
  u: () => document.querySelector("[data-undo]")?.click(),
};

document.addEventListener("keydown", (event) => {
  const isElsewhere = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat;
  const isBusy = document.querySelector(".lightbox, .pswp--open, dialog[open]") !== null;
  const isWriting = event.target.closest("textarea, select, input, .ballot-pictures[tabindex], video") !== null;
  if (!isElsewhere && !isBusy && !isWriting && KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

// --- begin ----------------------------------------------------------------------------------------------

if (!pictures.seen()) {
  wait.textContent = say("loading");
  for (const button of buttons) {
    button.setAttribute("aria-disabled", "true");
  }
}
await meet(sheet);
await show();
listen(({ ballot }) => (ballot === sheet.ballot ? show() : undefined));
// The two that come next are fetched already, at the size in which they will be shown.
const ahead = document.querySelector("[data-ahead]");
if (ahead && !navigator.connection?.saveData) {
  document.importNode(ahead.content, true);
}
form.dataset.ready = "";
startStaying(form, line);
startBar(line, sheet.ballot);
startNeeds(document.querySelector("[data-needs]"), sheet.ballot);
startSending();
tidy();
