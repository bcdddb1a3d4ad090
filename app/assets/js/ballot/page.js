// The page of one ballot and the record of it: the page shows what is kept, and every change is kept before it is sent.
import { forget, recall } from "../parts/store.js";
import { difference, namesOf, readForm, writeForm } from "./form.js";
import { alterKept, isSettled, read } from "./kept.js";
import { listen } from "./news.js";
import { allKept, keepChange, recordOf, sendAgain, undoLast } from "./queue.js";
import { planFlush } from "./send.js";

const PAUSE = 300;
const WRITING_PAUSE = 1200;

/** The ballot as the server's page tells of it. */
export function sheetOf(form) {
  return {
    ballot: Number(form.dataset.ballot),
    url: form.dataset.saveUrl,
    page: location.pathname,
    label: document.querySelector("h1").textContent.trim(),
    names: namesOf(form),
    version: Number(form.elements.version.value),
    content: readForm(form, { asServed: true }),
    state: form.dataset.state,
  };
}

/** Bring page and record together, then keep whatever is changed; `seen` says how the pictures were seen, if they were. */
export async function startPage(form, sheet, seen) {
  const early = difference(sheet.content, readForm(form));
  const change = (patch, pause) => {
    keepChange(sheet, seen() ? { ...patch, shown: seen() } : patch);
    planFlush(pause);
  };
  form.addEventListener("change", ({ target }) => {
    if (isTyped(target)) {
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
  await takeOver(form, sheet);
  if (Object.keys(early).length > 0) {
    // Chosen before this script was there to hear of it.
    change(early, PAUSE);
  }
  listen(({ ballot }) => (ballot === sheet.ballot ? show(form, sheet) : undefined));
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

/** What the server says now is the record's beginning, unless the record holds what the server never had. */
function meet(sheet) {
  return alterKept(sheet.ballot, (kept) => {
    if (kept && (!isSettled(kept) || kept.version > sheet.version)) {
      return undefined;
    }
    const undo = kept?.version === sheet.version ? kept.undo : [];
    return kept ? { ...recordOf(sheet), undo } : undefined;
  }).then((record) => (record?.trouble?.kind === "late" ? sendAgain(sheet.ballot) : record));
}

/** Marks that an earlier Podium kept elsewhere in this browser are taken over once. */
async function takeOver(form, sheet) {
  const place = `ballot:${form.dataset.key}`;
  const older = recall(place);
  if (older?.pairs) {
    const { version, act, ...content } = Object.fromEntries(older.pairs);
    await keepChange({ ...sheet, version: Number(version) }, content);
    forget(place);
  }
}

async function show(form, sheet) {
  let keeping;
  let record;
  do {
    // While a change is on its way to the record, the page knows more than the record.
    keeping = allKept();
    await keeping;
    record = await read(sheet.ballot);
  } while (keeping !== allKept());
  if (record) {
    writeForm(form, record.content);
    form.elements.version.value = record.version;
    form.toggleAttribute("data-late", ["late", "gone"].includes(record.trouble?.kind));
    for (const part of form.querySelectorAll(".criterion, .ballot-submit")) {
      part.disabled = form.hasAttribute("data-late");
    }
  }
}
