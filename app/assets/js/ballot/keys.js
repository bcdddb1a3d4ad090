// The keyboard: numbers mark, arrows go between criteria, letters act.
import { sayLimits } from "./rubric.js";

const AT_ONCE = 700;

let typed = { index: -1, text: "", at: 0 };

/** Hear keys for `rubric`; `acts` are what letters do, by key. */
export function startKeys(form, rubric, acts) {
  document.addEventListener("keydown", (event) => {
    if (isCovered()) {
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector('[value="submit"]'));
    } else if (event.key === "Enter" && event.target.matches(".fine-number")) {
      event.preventDefault();
      event.target.blur();
      go(rubric, rubric.index() + 1);
    } else if (event.key === "Escape" && isWriting(event.target)) {
      event.target.blur();
    } else if (!isWriting(event.target)) {
      hear(event, rubric, acts);
    }
  });
}

/** Whether the lightbox or a dialog is open: its keys are its own, and nothing is marked that is not seen. */
function isCovered() {
  return document.querySelector(".lightbox, dialog[open]") !== null;
}

function isWriting(target) {
  return target.closest("textarea, select, input:not([type=radio], [type=checkbox], [type=range])") !== null;
}

function hear(event, rubric, acts) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey) {
    event.preventDefault();
    acts.u();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (/^[0-9.,]$/.test(event.key)) {
    event.preventDefault();
    digit(event, rubric);
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    arrow(event, rubric);
  } else if (Object.hasOwn(acts, event.key)) {
    event.preventDefault();
    acts[event.key]();
  }
}

/** Up and down go between criteria, but where the work is read they scroll it. */
function arrow(event, rubric) {
  const isReading = event.target.closest(".ballot-work, summary, [type=range]") !== null;
  if (!isReading) {
    event.preventDefault();
    go(rubric, rubric.index() + (event.key === "ArrowUp" ? -1 : 1));
  }
}

function go(rubric, index) {
  rubric.pointAt(index);
  rubric.focus();
  rubric.current().scrollIntoView({ block: "nearest" });
}

/** A digit marks; what follows at once (the nought of 10, the rest of 4.5) makes another mark of the same criterion. */
function digit(event, rubric) {
  const key = event.key === "," ? "." : event.key;
  const text = typed.text + key;
  const goesOn = typed.text !== "" && event.timeStamp - typed.at < AT_ONCE && begins(rubric.at(typed.index), text);
  if (!goesOn && key === ".") {
    return;
  }
  if (goesOn) {
    rubric.pointAt(typed.index);
  }
  typed = { index: rubric.index(), text: goesOn ? text : key, at: event.timeStamp };
  const number = rubric.current().querySelector(".fine-number");
  if (number) {
    number.focus();
    number.value = key;
    number.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  // 0 alone is ten, unless the scale itself has a nought.
  const isTen = typed.text === "0" && !choice(rubric, rubric.index(), "0");
  mark(rubric, isTen ? "10" : typed.text);
}

function begins(criterion, text) {
  return criterion?.querySelector(`[data-typed^="${text}"]`) !== null;
}

function choice(rubric, index, value) {
  return rubric.at(index)?.querySelector(`[data-typed="${value}"]`) ?? null;
}

function mark(rubric, value) {
  const criterion = rubric.current();
  const chosen = choice(rubric, rubric.index(), value);
  if (chosen) {
    chosen.checked = true;
    chosen.dispatchEvent(new Event("change", { bubbles: true }));
    rubric.pointAt(rubric.index() + 1);
    rubric.current().scrollIntoView({ block: "nearest" });
  } else if (!begins(criterion, value)) {
    sayLimits(criterion);
  }
}
