// The ballot: marks by key, thumb or mouse; each kept in this browser before it is sent, so that none is lost.
import { make } from "./parts/dom.js";
import { startAhead } from "./ballot/ahead.js";
import { startBar } from "./ballot/bar.js";
import { tidy } from "./ballot/kept.js";
import { startKeys } from "./ballot/keys.js";
import { startLeaving } from "./ballot/leave.js";
import { startNeeds } from "./ballot/needs.js";
import { startOnward } from "./ballot/onward.js";
import { sheetOf, startPage, undo } from "./ballot/page.js";
import { startPhone } from "./ballot/phone.js";
import { startPictures } from "./ballot/pictures.js";
import { startRubric } from "./ballot/rubric.js";
import { startSending } from "./ballot/send.js";

const form = document.querySelector("form[data-ballot]");
const line = document.querySelector("[data-saved]");
const needs = document.querySelector("[data-needs]");

/** Say at an element why something did not happen, and lead there. */
function explain(place, words) {
  document.querySelector(".explained")?.remove();
  const told = make("p", { className: "field-error explained", role: "alert", textContent: words, tabIndex: -1 });
  const legend = place.querySelector("legend");
  if (legend) {
    legend.after(told);
  } else {
    place.before(told);
  }
  place.dispatchEvent(new Event("ballot:explained", { bubbles: true }));
  told.focus();
}

function startKeyList() {
  const keys = document.querySelector("#keys");
  for (const opener of document.querySelectorAll("[data-keys]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => keys.showModal());
  }
  return keys;
}

async function startMarking() {
  const sheet = sheetOf(form);
  const pictures = startPictures(() => document.querySelector(".explained")?.remove(), "shown" in form.dataset);
  const phone = startPhone(form);
  const rubric = startRubric(form, phone.show);
  const keys = startKeyList();
  const onward = startOnward(sheet, {
    goOn: (record) => {
      if (record?.joined) {
        // What came from another device is submitted, too: it is to be read here.
        onward.stay();
      } else {
        location.href = form.dataset.after;
      }
    },
    refused: ({ notSubmitted }) => notSubmitted && explain(form.querySelector(".ballot-acts"), notSubmitted),
  });
  const press = (selector) => document.querySelector(selector)?.click();
  const takeBack = async () => {
    onward.stay();
    const name = await undo(form, sheet);
    if (name) {
      rubric.pointTo(name);
    }
  };
  phone.turnWith(rubric);
  startLeaving({ form, sheet, line, pictures, onward, explain });
  form.addEventListener("ballot:explained", ({ target }) => rubric.pointTo(target.querySelector("[name^=mark-]")?.name ?? ""));
  form.addEventListener("change", () => document.querySelector(".explained")?.remove());
  const begun = startPage(form, sheet, { seen: pictures.seen, changed: onward.stay });
  for (const button of document.querySelectorAll("[data-undo]")) {
    button.hidden = false;
    button.addEventListener("click", takeBack);
  }
  startKeys(form, rubric, {
    n: () => press('a[rel="next"]'),
    p: () => press('a[rel="prev"]'),
    s: () => press("[data-skip]"),
    u: takeBack,
    z: () => press(".ballot-pictures a.photo-link"),
    c: () => {
      phone.open(true);
      form.elements.comment.focus();
    },
    "?": () => keys.showModal(),
  });
  await begun;
  startBar(line, sheet.ballot);
  startNeeds(needs, sheet.ballot);
  // Keys are heard, and what they do is kept, once a criterion is pointed at.
  rubric.pointAt(rubric.index());
  startAhead(form);
}

await startMarking();
startSending();
tidy();
