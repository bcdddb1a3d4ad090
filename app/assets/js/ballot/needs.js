// What only the judge can settle, wherever they are: two sides of a ballot, marks that came too late, an entry that
// left; and what was joined from another device. Nothing of it is forgotten before it was shown and put away by hand.
import { make } from "../parts/dom.js";
import { say } from "../parts/words.js";
import { differ, isText, unitOf } from "./join.js";
import { readAll } from "./kept.js";
import { listen } from "./news.js";
import { forgetKept, hideJoined, sendAgain, takeTheirs } from "./queue.js";
import { flush } from "./send.js";

/** Show in `place` what needs the judge: of the ballot `only`, or of all. */
export function startNeeds(place, only = null) {
  let shown = "";
  const refresh = async () => {
    const records = (await readAll()).filter(({ ballot }) => only === null || ballot === only);
    const stuck = records.filter(({ trouble }) => trouble);
    const joined = records.filter((record) => record.joined);
    const now = JSON.stringify([stuck.map(({ ballot, trouble, content }) => [ballot, trouble, content]), joined.map(wordsOnJoined)]);
    if (now === shown) {
      return;
    }
    shown = now;
    const isNew = place.querySelector(".conflict") === null;
    const boxes = stuck.map((record) => boxOf(record, only === null));
    const heading = make("h2", { textContent: say("needsHeading") });
    const lines = joined.map((record) => lineOf(record, only === null));
    place.replaceChildren(...(only === null && boxes.length > 0 ? [heading] : []), ...boxes, ...lines);
    if (isNew && only !== null && boxes.length > 0 && stuck[0].trouble.kind !== "refused") {
      // A long one begins with its question.
      boxes[0].focus({ preventScroll: true });
      boxes[0].firstChild.scrollIntoView({ block: "nearest" });
    }
  };
  listen(({ ballot }) => (ballot === undefined ? undefined : refresh()));
  return refresh();
}

function lineOf(record, isNamed) {
  const named = isNamed ? [make("a", { href: record.page, textContent: record.label }), " "] : [];
  const words = make("p", { role: "status" }, ...named, wordsOnJoined(record));
  return make("div", { className: "joined" }, words, button("joinedRead", () => hideJoined(record.ballot), true));
}

function wordsOnJoined({ joined, names }) {
  const fields = Object.entries(joined).map(([unit, value]) => {
    const { title, says = {} } = names.find(({ name }) => name === unit) ?? { title: say("joinedUnit") };
    return isText(unit) || value === "" ? title : `${title} ${wordsFor(says, value)}`;
  });
  return say("joined", { fields: fields.join(", ") });
}

function boxOf(record, isNamed) {
  const { kind, error, isSubmitted } = record.trouble;
  const question = say(isSubmitted ? "conflictSubmitted" : "conflict");
  const words = [make("p", { textContent: kind === "stale" ? question : error })];
  if (isNamed) {
    words.unshift(make("h3", {}, make("a", { href: record.page, textContent: record.label })));
  }
  if (kind === "late") {
    words.push(make("p", { textContent: say("late") }));
  }
  const table = kind === "stale" ? bothSides(record) : oneSide(record);
  const acts = make("p", { className: "acts" }, ...actsOf(record, kind));
  return make("div", { className: "conflict", role: "alert", tabIndex: -1 }, ...words, table, acts);
}

function actsOf(record, kind) {
  const { ballot } = record;
  const settle = (act) => async () => {
    await act(ballot);
    await flush();
  };
  const again = settle(sendAgain);
  if (kind === "stale") {
    return [button("keepHere", again), button("keepThere", settle(takeTheirs), true)];
  }
  const copy = button("copyMarks", (event) => copyText(event.currentTarget, inWords(record)));
  const discard = button("discardMarks", () => forgetKept(ballot), true);
  // What was refused once is refused again, unless something changes there: first comes what surely helps.
  return kind === "gone" ? [copy, discard] : [copy, button("tryAgain", again, true), discard];
}

function button(word, act, isQuiet = false) {
  const made = make("button", {
    type: "button",
    className: isQuiet ? "button button-quiet" : "button",
    textContent: say(word),
  });
  made.addEventListener("click", act);
  return made;
}

async function copyText(pressed, text) {
  try {
    await navigator.clipboard.writeText(text);
    pressed.textContent = say("copied");
  } catch {
    // Not allowed to: then they are marked, and the reader's own key copies them.
    getSelection().selectAllChildren(pressed.closest(".conflict").querySelector("table"));
  }
}

function inWords({ label, names, content }) {
  return [label, ...names.map(({ name, title, says }) => `${title}: ${wordsFor(says, content[name])}`)].join("\n");
}

function wordsFor(says, value) {
  return says[value] ?? (value || say("noMark"));
}

/** What both changed, where they differ. */
function bothSides({ names, content, known, trouble }) {
  const head = make(
    "tr",
    {},
    make("td"),
    make("th", { scope: "col", textContent: say("conflictHere") }),
    make("th", { scope: "col", textContent: say("conflictThere") }),
  );
  const asked = names.filter((field) => trouble.asked.includes(unitOf(field)) && differ(content, known, [field]));
  const rows = asked.map(({ name, title, says }) =>
    make(
      "tr",
      { className: "conflict-differs" },
      make("th", { scope: "row", textContent: title }),
      make("td", { dir: "auto", textContent: textOf(name, says, content[name]) }),
      make("td", { dir: "auto", textContent: textOf(name, says, known[name]) }),
    ),
  );
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
}

/** What is kept here: all marks, and those words that say anything. */
function oneSide({ names, content }) {
  const told = names.filter(({ name }) => !isText(name) || content[name]);
  const rows = told.map(({ name, title, says }) =>
    make(
      "tr",
      {},
      make("th", { scope: "row", textContent: title }),
      make("td", { dir: "auto", textContent: textOf(name, says, content[name]) }),
    ),
  );
  return make("table", {}, make("tbody", {}, ...rows));
}

function textOf(name, says, value) {
  return isText(name) ? (value ?? "") : wordsFor(says, value);
}
