// What only the judge can settle, wherever they are: two sides of a ballot, marks that came too late, an entry that
// left. Nothing of it is forgotten before it was shown and put away by hand.
import { make } from "../parts/dom.js";
import { say } from "../parts/words.js";
import { readAll } from "./kept.js";
import { listen } from "./news.js";
import { forgetKept, sendAgain, takeTheirs } from "./queue.js";
import { flush } from "./send.js";

/** Show in `place` what needs the judge: of the ballot `only`, or of all. */
export function startNeeds(place, only = null) {
  let shown = "";
  const refresh = async () => {
    const records = (await readAll()).filter(({ ballot, trouble }) => trouble && (only === null || ballot === only));
    const now = JSON.stringify(records.map(({ ballot, trouble, content }) => [ballot, trouble, content]));
    if (now === shown) {
      return;
    }
    shown = now;
    const boxes = records.map((record) => boxOf(record, only === null));
    const heading = make("h2", { textContent: say("needsHeading") });
    place.replaceChildren(...(only === null && boxes.length > 0 ? [heading] : []), ...boxes);
    if (only !== null && boxes.length > 0 && records[0].trouble.kind !== "refused") {
      boxes[0].focus();
      boxes[0].scrollIntoView({ block: "nearest" });
    }
  };
  listen(({ ballot }) => (ballot === undefined ? undefined : refresh()));
  return refresh();
}

function boxOf(record, isNamed) {
  const { kind, error } = record.trouble;
  const words = [make("p", { textContent: kind === "stale" ? say("conflict") : error })];
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
  const again = async () => {
    await sendAgain(ballot);
    await flush();
  };
  if (kind === "stale") {
    return [button("keepHere", again), button("keepThere", () => takeTheirs(ballot), true)];
  }
  const copy = button("copyMarks", (event) => copyText(event.currentTarget, inWords(record)), true);
  const discard = button("discardMarks", () => forgetKept(ballot), true);
  return kind === "gone" ? [copy, discard] : [button("sendAgain", again), copy, discard];
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

/** What is told apart: all marks, and those words that say anything. */
function lines({ names, content }, theirs = {}) {
  return names.filter(({ name }) => name.startsWith("mark-") || content[name] || theirs[name]);
}

function bothSides(record) {
  const { theirs } = record.trouble;
  const head = make(
    "tr",
    {},
    make("td"),
    make("th", { scope: "col", textContent: say("conflictHere") }),
    make("th", { scope: "col", textContent: say("conflictThere") }),
  );
  const rows = lines(record, theirs).map(({ name, title, says }) => {
    const there = name === "note" && theirs.note === undefined ? record.content.note : theirs[name];
    const isSame = (record.content[name] ?? "") === (there ?? "");
    return make(
      "tr",
      { className: isSame ? "" : "conflict-differs" },
      make("th", { scope: "row", textContent: title }),
      make("td", { dir: "auto", textContent: textOf(name, says, record.content[name]) }),
      make("td", { dir: "auto", textContent: textOf(name, says, there) }),
    );
  });
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
}

function oneSide(record) {
  const rows = lines(record).map(({ name, title, says }) =>
    make(
      "tr",
      {},
      make("th", { scope: "row", textContent: title }),
      make("td", { dir: "auto", textContent: textOf(name, says, record.content[name]) }),
    ),
  );
  return make("table", {}, make("tbody", {}, ...rows));
}

function textOf(name, says, value) {
  return name === "comment" || name === "note" ? (value ?? "") : wordsFor(says, value);
}
