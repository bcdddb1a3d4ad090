// Leaving a ballot: by a link, by "skip for now", by submitting. What was changed is kept already; whoever leaves
// waits a moment for it to be sent, and stays where there is no network, for the browser has nothing to show there
// but its own error.
import { say } from "../parts/words.js";
import { isSettled, isWaiting, read } from "./kept.js";
import { allKept } from "./queue.js";
import { isMarked } from "./rubric.js";
import { flush, reach } from "./send.js";
import { post } from "./talk.js";

const MOMENT = 4000;

/** Look after every way out of the page; `page` is {form, sheet, line, pictures, onward, explain}. */
export function startLeaving(page) {
  let isLeaving = false;
  const once = async (act) => {
    if (isLeaving) {
      return;
    }
    isLeaving = true;
    await act();
    isLeaving = false;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && leaves(event, link)) {
      event.preventDefault();
      once(() => leave(page, link.href));
    }
  });
  document.addEventListener("submit", (event) => {
    const { target, submitter } = event;
    if (target === page.form) {
      event.preventDefault();
      once(() => ACTS[submitter?.value](page));
    } else if (!navigator.onLine) {
      event.preventDefault();
      stay(page);
    } else if (isLeaving) {
      event.preventDefault();
    }
  });
  // Whoever comes back to this page by the browser's own button finds it as they left it.
  window.addEventListener("pageshow", () => {
    isLeaving = false;
  });
}

/** Whether following this link leaves the page, in this window. */
function leaves(event, link) {
  const isElsewhere = event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || link.target;
  return !isElsewhere && link.getAttribute("href")[0] !== "#";
}

async function leave(page, url) {
  if (!navigator.onLine) {
    stay(page);
    return;
  }
  await sendFirst(page);
  if (navigator.onLine && (reach === "signed-out" || !isWaiting(await read(page.sheet.ballot)))) {
    location.href = url;
  } else {
    stay(page);
  }
}

async function sendFirst({ sheet }) {
  await allKept();
  if (isWaiting(await read(sheet.ballot))) {
    await Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, MOMENT))]);
  }
}

async function stay({ sheet, line }) {
  await allKept();
  if (isSettled(await read(sheet.ballot))) {
    line.textContent = say("offlineStay");
    line.classList.add("saved-problem");
  }
}

/** Submit through the queue, as every change: without a network it is submitted once there is one. */
async function submit({ form, pictures, onward, explain }) {
  const missing = missingMark(form);
  if (missing) {
    explain(missing, say("chooseMark"));
    return;
  }
  if (!pictures.seen()) {
    explain(pictures.place, say("notShown"));
    return;
  }
  await onward.submit({ shown: pictures.seen() });
}

/** Leave the entry for later: it comes again once the others are done. */
async function skip(page) {
  if (!navigator.onLine) {
    stay(page);
    return;
  }
  await sendFirst(page);
  const { status, answer } = await post(page.form.dataset.skipUrl, []);
  if (status === 204) {
    location.href = page.form.dataset.after;
  } else if (answer?.error) {
    page.explain(page.form.querySelector(".ballot-acts"), answer.error);
  } else {
    stay(page);
  }
}

const ACTS = { submit, skip, save: flush };

function missingMark(form) {
  return [...form.querySelectorAll(".criterion")].find((criterion) => !isMarked(criterion));
}
