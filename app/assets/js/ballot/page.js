// The page of one ballot and the record of it: the page shows what is kept, and every change is kept before it is sent.
import { say } from "../parts/words.js";
import { difference, namesOf, readForm, writeForm } from "./form.js";
import { meet } from "./meet.js";
import { listen } from "./news.js";
import { showButton } from "./onward.js";
import { allKept, keepChange, readKept, undoLast } from "./queue.js";
import { planFlush } from "./send.js";

const PAUSE = 300;
const WRITING_PAUSE = 1200;

/** The ballot as the server's page tells of it. */
export function sheetOf(form) {
  return {
    ballot: Number(form.dataset.ballot),
    url: form.getAttribute("action"),
    page: location.pathname,
    label: document.querySelector("h1").textContent.trim(),
    names: namesOf(form),
    version: Number(form.elements.version.value),
    content: readForm(form, { asServed: true }),
    state: form.dataset.state,
  };
}

/**
 * Bring page and record together, then keep whatever is changed and tell `changed`; `seen` says how the pictures were
 * seen, if they were.
 */
export async function startPage(form, sheet, { seen, changed }) {
  const early = difference(sheet.content, readForm(form));
  const change = (patch, pause) => {
    changed();
    keepChange(sheet, seen() ? { ...patch, shown: seen() } : patch);
    planFlush(pause);
  };
  let before = "";
  form.addEventListener("focusin", ({ target }) => {
    before = target.value;
  });
  form.addEventListener("change", ({ target }) => {
    if (isTyped(target) && !target.checkValidity()) {
      // Of a number beyond the scale the first digits may be kept already.
      target.value = before;
      change({ [target.name]: before }, 0);
    } else if (isTyped(target)) {
      planFlush(0);
    } else if (target.name) {
      change({ [target.name]: target.value }, PAUSE);
    }
  });
  form.addEventListener("input", ({ target }) => {
    if (isTyped(target) && target.checkValidity()) {
      change({ [target.name]: target.value }, WRITING_PAUSE);
    }
  });
  await meet(sheet);
  if (Object.keys(early).length > 0) {
    // Chosen before this script was there to hear of it.
    change(early, PAUSE);
  }
  listen(({ ballot, reach }) => (ballot === sheet.ballot || reach ? show(form, sheet) : undefined));
  await show(form, sheet);
}

/** Take the last change back; resolves to the name of its field, or null. */
export async function undo(form, sheet) {
  await allKept();
  const last = await undoLast(sheet);
  if (last) {
    await show(form, sheet);
    planFlush(PAUSE);
  }
  return last?.name ?? null;
}

function isTyped({ name, type }) {
  return name !== "" && (type === "textarea" || type === "number");
}

async function show(form, sheet) {
  const record = await readKept(sheet.ballot);
  if (record) {
    writeForm(form, record.content);
    form.elements.version.value = record.version;
    form.toggleAttribute("data-late", ["late", "gone"].includes(record.trouble?.kind));
    for (const part of form.querySelectorAll(".criterion, .ballot-submit")) {
      part.disabled = form.hasAttribute("data-late");
    }
    showSubmitted(form, record);
  }
}

/** Whether it is submitted: to the server, by whichever window, or here and on its way. */
function showSubmitted(form, record) {
  const isSubmitted = record.state === "submitted";
  showButton(form.querySelector(".ballot-submit"), record, isSubmitted ? say("saveAndNext") : form.dataset.act);
  const told = form.querySelector(".ballot-submitted");
  if (isSubmitted && told.hidden) {
    told.hidden = false;
    told.querySelector(".status").textContent = say("submitted", { time: record.savedAt });
    const { done, total } = form.dataset;
    document.querySelector("[data-count]").textContent = say("count", { done: Number(done) + 1, total });
  }
}
