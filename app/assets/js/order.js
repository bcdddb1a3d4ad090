// A judge's order: by hand, by key, by button or by number; each change is kept here before it is sent.
import Sortable from "sortablejs/modular/sortable.core.esm.js";
import { startBar } from "./ballot/bar.js";
import { tidy } from "./ballot/kept.js";
import { startNeeds } from "./ballot/needs.js";
import { showButton, startOnward } from "./ballot/onward.js";
import { startSending } from "./ballot/send.js";
import { startStaying } from "./ballot/stay.js";
import * as moves from "./order/groups.js";
import { contentOf, keepOrder, sheetOf, startKeeping } from "./order/keeping.js";
import { entryOf, lines, lyingRanked, numberOf, readGroups, sayPlace, showGroups } from "./order/list.js";
import { make } from "./parts/dom.js";
import { say } from "./parts/words.js";

const MOST_UNDO = 100;
const BY_BUTTON = { up: moves.up, down: moves.down, top: moves.top, tie: moves.tie, out: moves.out, in: moves.last };
const BY_KEY = { ArrowUp: "up", ArrowDown: "down" };

const form = document.querySelector("form[data-order]");
const comment = form.elements.comment;
const line = document.querySelector("[data-saved]");
const submitButton = form.querySelector(".button-primary");
const submitWords = submitButton.textContent.trim();
const undoButton = form.querySelector("[data-undo]");
const sheet = sheetOf(form);
const before = [];
let groups = readGroups();
let grabbed = null;
let isShowing = false;

// --- changes --------------------------------------------------------------------------------------------

/** Make `after` the order: shown at once, kept, sent, and said. */
function change(after, entry) {
  if (JSON.stringify(after) === JSON.stringify(groups)) {
    show();
    return;
  }
  before.push(groups);
  before.splice(0, before.length - MOST_UNDO);
  settle(after);
  if (entry !== undefined) {
    tell(sayPlace(entry, groups));
  }
}

/** Show the order. A field that is moved loses the focus, and would say then that it was changed. */
function show() {
  isShowing = true;
  showGroups(groups);
  isShowing = false;
}

function settle(after) {
  groups = after;
  show();
  undoButton.disabled = before.length === 0;
  form.querySelector(".explained")?.remove();
  keepOrder(sheet, groups, comment.value);
}

function undo() {
  if (before.length > 0) {
    settle(before.pop());
  }
}

function tell(words) {
  document.querySelector("[data-told]").textContent = words;
}

function move(name, entry) {
  const isRanked = groups.flat().includes(entry);
  if (name === "in" || isRanked) {
    change(BY_BUTTON[name](groups, entry), entry);
  } else if (name === "up" || name === "top") {
    change((name === "up" ? moves.last : moves.top)(groups, entry), entry);
  }
}

// --- by hand --------------------------------------------------------------------------------------------

function startDragging() {
  for (const list of form.querySelectorAll("[data-ranked], [data-pile]")) {
    Sortable.create(list, {
      group: "order",
      handle: ".order-grip",
      draggable: ".order-line",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
      // The browser's own dragging knows no touch, and shows a picture of the line that cannot be styled.
      forceFallback: true,
      fallbackTolerance: 3,
      scroll: true,
      bubbleScroll: true,
      onEnd: ({ item }) => {
        const entry = entryOf(item);
        change(moves.dropped(groups, entry, lyingRanked()), entry);
      },
    });
  }
}

// --- by key ---------------------------------------------------------------------------------------------

/** Turn each handle into a button that the keyboard reaches. */
function startGrips() {
  for (const [entry, place] of lines) {
    const grip = make("button", {
      type: "button",
      className: "order-grip",
      "aria-label": say("grip", { number: numberOf(entry) }),
      "aria-pressed": "false",
    });
    grip.addEventListener("keydown", (event) => pressGrip(event, entry, grip));
    grip.addEventListener("blur", () => setTimeout(() => grip !== document.activeElement && drop(grip)));
    place.querySelector("[data-grip]").replaceWith(grip);
    place.querySelector("[data-moves]").hidden = false;
  }
}

function pressGrip(event, entry, grip) {
  if (event.key === " " || event.key === "Enter") {
    event.preventDefault();
    if (grabbed) {
      drop(grip);
      tell(sayPlace(entry, groups));
    } else {
      grab(entry, grip);
    }
  } else if (grabbed && event.key === "Escape") {
    change(grabbed.before, entry);
    drop(grip);
  } else if (grabbed && BY_KEY[event.key] && !event.altKey) {
    event.preventDefault();
    move(BY_KEY[event.key], entry);
  }
}

function grab(entry, grip) {
  grabbed = { before: groups };
  grip.setAttribute("aria-pressed", "true");
  lines.get(entry).classList.add("order-grabbed");
  const place = moves.placesOf(groups).get(entry) ?? say("noMark");
  tell(say("grabbed", { number: numberOf(entry), place }));
}

function drop(grip) {
  grabbed = null;
  grip.setAttribute("aria-pressed", "false");
  grip.closest("[data-entry]").classList.remove("order-grabbed");
}

function isWriting(target) {
  return target.closest("textarea, select, input") !== null;
}

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-place]")) {
    // Whoever has written a place has not submitted the order.
    event.preventDefault();
    event.target.blur();
    event.target.focus();
  }
});

document.addEventListener("keydown", (event) => {
  const isCovered = document.querySelector(".lightbox, .pswp--open") !== null;
  if (event.altKey && BY_KEY[event.key] && event.target.closest("[data-entry]")) {
    event.preventDefault();
    move(BY_KEY[event.key], entryOf(event.target));
  } else if (event.key === "u" && !isCovered && !isWriting(event.target) && !event.ctrlKey && !event.metaKey) {
    undo();
  }
});

// --- by button, by number -------------------------------------------------------------------------------

function placeAsWritten(field) {
  const entry = entryOf(field);
  const place = Math.trunc(Number(field.value));
  change(place >= 1 ? moves.put(groups, entry, place) : moves.out(groups, entry), entry);
}

form.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-move]");
  if (button && button.getAttribute("aria-disabled") !== "true") {
    move(button.dataset.move, entryOf(button));
  }
});
form.addEventListener("change", ({ target }) => {
  if (target.matches("[data-place]") && !isShowing) {
    placeAsWritten(target);
  }
});
comment.addEventListener("input", () => keepOrder(sheet, groups, comment.value));
undoButton.addEventListener("click", undo);

// --- submitting -----------------------------------------------------------------------------------------

function explain(words) {
  form.querySelector(".explained")?.remove();
  const told = make("p", { className: "field-error explained", role: "alert", tabIndex: -1, textContent: words });
  form.querySelector(".order-acts").before(told);
  told.focus();
}

// Once the order is submitted the server's page says so.
const onward = startOnward(sheet, {
  goOn: () => {
    location.href = location.pathname;
  },
  refused: ({ notSubmitted }) => notSubmitted && explain(notSubmitted),
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.value !== "submit") {
    return;
  }
  if (groups.length === 0) {
    explain(say("nothingRanked"));
  } else {
    onward.submit(contentOf(groups, comment.value));
  }
});

// --- begin ----------------------------------------------------------------------------------------------

document.querySelector("[data-how]").hidden = true;
document.querySelector("[data-how-script]").hidden = false;
undoButton.hidden = false;
startGrips();
startDragging();
show();
await startKeeping(sheet, ({ groups: kept, comment: words, record }) => {
  if (JSON.stringify(kept) !== JSON.stringify(groups)) {
    groups = kept;
    show();
  }
  if (comment.value !== words) {
    comment.value = words;
  }
  form.elements.version.value = record.version;
  showButton(submitButton, record, submitWords);
});
form.dataset.ready = "";
startStaying(form, line);
startBar(line, sheet.ballot);
startNeeds(document.querySelector("[data-needs]"), sheet.ballot);
startSending();
tidy();
