// The ballot: keys for marks, every change saved, nothing lost without a network.
import { csrfToken, make } from "./parts/dom.js";
import { forget, keep, keysOf, recall } from "./parts/store.js";
import { say, sayClock } from "./parts/words.js";

const PAUSE = 400;
const WRITING_PAUSE = 1200;
const LOOK_AGAIN = 10000;
const TEN_PAUSE = 700;
const PREFIX = "ballot:";

const form = document.querySelector("[data-ballot]");
const line = document.querySelector("[data-saved]");
const criteria = [...form.querySelectorAll(".criterion")];
const key = PREFIX + form.dataset.key;
let current = Math.max(0, criteria.findIndex((criterion) => !criterion.querySelector(":checked")));
let timer = 0;
let sending = Promise.resolve();
let isLeaving = false;
let isSubmitting = false;
let lastOne = { index: -1, at: 0 };

// --- keys -----------------------------------------------------------------------------------------------

function pointAt(index) {
  current = Math.max(0, Math.min(index, criteria.length - 1));
  criteria.forEach((criterion, place) => criterion.classList.toggle("criterion-current", place === current));
}

function mark(value) {
  const criterion = criteria[current];
  const choice = criterion?.querySelector(`input[type=radio][value="${value}"]`);
  if (!choice) {
    return;
  }
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  pointAt(current + 1);
  criteria[current].scrollIntoView({ block: "nearest" });
}

/** Whether this 0 makes a ten of the 1 pressed just before; that criterion is the current one again then. */
function completesTen(event) {
  const { index, at } = lastOne;
  if (event.key !== "0" || event.timeStamp - at > TEN_PAUSE) {
    return false;
  }
  if (!criteria[index]?.querySelector('input[type=radio][value="10"]')) {
    return false;
  }
  pointAt(index);
  return true;
}

function press(event) {
  const isTen = completesTen(event);
  lastOne = event.key === "1" ? { index: current, at: event.timeStamp } : { index: -1, at: 0 };
  // 0 alone is ten too, unless the scale itself has a nought.
  const hasNought = criteria[current]?.querySelector('input[type=radio][value="0"]');
  mark(event.key === "0" && (isTen || !hasNought) ? "10" : event.key);
}

function follow(rel) {
  form.querySelector(`a[rel="${rel}"]`)?.click();
}

function isWriting(target) {
  return target.closest("textarea, select, input:not([type=radio], [type=checkbox])") !== null;
}

/** Whether the lightbox is open: its keys are its own, and nothing is marked that is not seen. */
function isCovered() {
  return document.querySelector(".lightbox") !== null;
}

document.addEventListener("keydown", (event) => {
  if (isCovered()) {
    return;
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector('[value="submit"]'));
    return;
  }
  if (isWriting(event.target) || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (/^[0-9]$/.test(event.key)) {
    press(event);
  } else if (event.key === "n") {
    follow("next");
  } else if (event.key === "p") {
    follow("prev");
  }
});

form.addEventListener("focusin", (event) => {
  const index = criteria.indexOf(event.target.closest(".criterion"));
  if (index >= 0) {
    pointAt(index);
  }
});

// --- saving ---------------------------------------------------------------------------------------------

function tell(text, isProblem = false) {
  if (line) {
    line.textContent = text;
    line.classList.toggle("saved-problem", isProblem);
  }
}

function plan(pause) {
  clearTimeout(timer);
  timer = setTimeout(saveNow, pause);
}

/** Save after whatever is being sent; then "saved", "refused", or "unreachable" without a network. */
function saveNow() {
  clearTimeout(timer);
  timer = 0;
  sending = sending.then(save);
  return sending;
}

/** The form as [name, value] pairs without its token, which may be another one when it is sent later. */
function marksNow() {
  return [...new FormData(form)].filter(([name]) => name !== "csrf_token");
}

function post(url, pairs) {
  const body = new URLSearchParams(pairs);
  return fetch(url, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
  });
}

/** Keep what the form says on this device until the server has it: a closed lid loses nothing. */
function keepNow() {
  const pairs = marksNow();
  keep(key, { url: form.dataset.saveUrl, pairs });
  tell(say("saving"));
  return pairs;
}

async function save() {
  const pairs = keepNow();
  let response;
  try {
    response = await post(form.dataset.saveUrl, pairs);
  } catch {
    sayWaiting();
    return "unreachable";
  }
  return settle(response, pairs);
}

async function settle(response, pairs) {
  if (response.status >= 500) {
    sayWaiting();
    return "refused";
  }
  const answer = await readJson(response);
  if (response.ok) {
    form.elements.version.value = answer.version ?? form.elements.version.value;
    // A change made meanwhile has its own save on the way; what it keeps is newer than this.
    if (JSON.stringify(recall(key)?.pairs) === JSON.stringify(pairs)) {
      forget(key);
    }
    tell(say("saved", { time: answer.saved_at ?? sayClock(new Date()) }));
  } else if (response.status === 409 && answer.theirs) {
    askWhich(answer);
  } else {
    if (isFinal(response, answer)) {
      forget(key);
    }
    tell(answer.error ?? say("refused"), true);
  }
  return response.ok ? "saved" : "refused";
}

/** Whether sending the same again would change nothing; after signing in again, or a rest, it may. */
function isFinal(response, answer) {
  return [404, 410, 422].includes(response.status) || (response.status === 409 && !answer.theirs);
}

async function readJson(response) {
  try {
    return await response.json();
  } catch {
    return {};
  }
}

function sayWaiting() {
  tell(say("offline", { count: keysOf(PREFIX).length }), true);
  setTimeout(sendWaiting, LOOK_AGAIN);
}

/** Send what this device keeps, of this ballot and of others left while the network was away. */
async function sendWaiting() {
  for (const waiting of keysOf(PREFIX)) {
    const kept = recall(waiting);
    if (!kept) {
      continue;
    }
    if (waiting === key) {
      plan(0);
      continue;
    }
    try {
      const response = await post(kept.url, kept.pairs);
      if (response.ok || isFinal(response, await readJson(response))) {
        forget(waiting);
      }
    } catch {
      sayWaiting();
      return;
    }
  }
}

form.addEventListener("change", (event) => {
  isLeaving = false;
  keepNow();
  plan(event.target.matches("textarea") ? 0 : PAUSE);
});
form.addEventListener("input", (event) => {
  if (event.target.matches("textarea")) {
    keepNow();
    plan(WRITING_PAUSE);
  }
});
window.addEventListener("online", sendWaiting);

// Whoever leaves or submits waits for the last change to be saved. Where the server refuses it, the first try
// stays here; without a network every try does, for the browser has nothing to show but its own error.
async function leaveAfterSaving(event, leave) {
  if (isLeaving) {
    return;
  }
  event.preventDefault();
  const outcome = await saveNow();
  isLeaving = outcome !== "unreachable";
  isSubmitting = false;
  if (outcome === "saved") {
    leave();
  }
}

function isWaiting() {
  return timer !== 0 || recall(key) !== null;
}

function stayOffline(event) {
  event.preventDefault();
  if (isWaiting()) {
    saveNow();
  } else {
    tell(say("offlineStay"), true);
  }
}

/** Whether following this link leaves the page, in this window. */
function leaves(event, link) {
  const isElsewhere = event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || link.target;
  return !isElsewhere && link.getAttribute("href")[0] !== "#";
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !leaves(event, link)) {
    return;
  }
  if (!navigator.onLine) {
    stayOffline(event);
  } else if (isWaiting()) {
    leaveAfterSaving(event, () => {
      location.href = link.href;
    });
  }
});
document.addEventListener("submit", (event) => {
  if (event.target !== form && !navigator.onLine) {
    stayOffline(event);
  }
});
form.addEventListener("submit", (event) => {
  if (isSubmitting) {
    // A second click while the first is on its way would only repeat it.
    event.preventDefault();
    return;
  }
  isSubmitting = true;
  if (!navigator.onLine) {
    isLeaving = false;
  }
  // Saving first, though nothing may have changed, shows whether the server can be reached.
  leaveAfterSaving(event, () => form.requestSubmit(event.submitter));
});
// Whoever comes back to this page by the browser's own button finds it as they left it.
window.addEventListener("pageshow", () => {
  isLeaving = false;
  isSubmitting = false;
});

// --- two windows ----------------------------------------------------------------------------------------

function askWhich({ error, version, theirs }) {
  form.querySelector(".conflict")?.remove();
  const here = make("button", { type: "button", className: "button", textContent: say("keepHere") });
  const there = make("button", { type: "button", className: "button button-quiet", textContent: say("keepThere") });
  const box = make(
    "div",
    { className: "conflict", role: "alert", tabIndex: -1 },
    make("p", { textContent: error ?? say("conflict") }),
    compare(theirs),
    make("p", { className: "acts" }, here, there),
  );
  here.addEventListener("click", () => {
    form.elements.version.value = version;
    box.remove();
    plan(0);
  });
  there.addEventListener("click", () => {
    form.elements.version.value = version;
    take(theirs);
    box.remove();
    forget(key);
    tell(say("saved", { time: sayClock(new Date()) }));
  });
  form.prepend(box);
  tell(say("refused"), true);
  box.focus();
}

/** Both sets of marks beside each other, criterion by criterion, and both comments. */
function compare(theirs) {
  const head = make(
    "tr",
    {},
    make("td"),
    make("th", { scope: "col", textContent: say("conflictHere") }),
    make("th", { scope: "col", textContent: say("conflictThere") }),
  );
  const rows = criteria.map((criterion) => {
    const name = criterion.querySelector("input[type=radio]").name;
    const mine = criterion.querySelector(":checked")?.value;
    return make(
      "tr",
      {},
      make("th", { scope: "row", textContent: criterion.querySelector("legend").firstChild.textContent.trim() }),
      make("td", { textContent: mine ?? say("noMark") }),
      make("td", { textContent: theirs[name] ?? say("noMark") }),
    );
  });
  const comment = form.elements.comment;
  rows.push(
    make(
      "tr",
      {},
      make("th", { scope: "row", textContent: comment.labels[0].firstChild.textContent.trim() }),
      make("td", { dir: "auto", textContent: comment.value }),
      make("td", { dir: "auto", textContent: theirs.comment }),
    ),
  );
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
}

function take(theirs) {
  for (const input of form.elements) {
    if (input.type === "radio") {
      input.checked = String(theirs[input.name] ?? "") === input.value;
    } else if (input.type === "textarea") {
      input.value = theirs[input.name] ?? "";
    }
  }
}

// --- begin ----------------------------------------------------------------------------------------------

pointAt(current);
const kept = recall(key);
if (kept) {
  // Marks the server never saw: they come back with the version they were made on, so that newer ones are not lost.
  const marks = Object.fromEntries(kept.pairs);
  take(marks);
  form.elements.version.value = marks.version;
}
if (keysOf(PREFIX).length > 0) {
  sendWaiting();
}
