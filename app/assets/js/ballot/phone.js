// On a phone the rubric is a sheet within the thumb's reach: the current criterion, and all of them when it is drawn up.
import { say } from "../parts/words.js";

/** Make the side a sheet; returns what to call when another criterion is pointed at. */
export function startPhone(form) {
  const ballot = document.querySelector(".ballot");
  const side = ballot.querySelector(".ballot-side");
  const handle = side.querySelector(".sheet-handle");
  const open = (isOpen) => {
    ballot.classList.toggle("sheet-open", isOpen);
    handle.setAttribute("aria-expanded", String(isOpen));
    handle.querySelector(".sheet-word").textContent = say(isOpen ? "sheetLess" : "sheetMore");
  };
  ballot.classList.add("with-sheet");
  handle.hidden = false;
  handle.addEventListener("click", () => open(!ballot.classList.contains("sheet-open")));
  drawWithThumb(side.querySelector(".sheet-head"), open);
  open(false);
  form.addEventListener("click", ({ target }) => {
    if (target.closest(".criterion-guidance")) {
      ballot.classList.toggle("guidance-whole");
      markCut(target.closest(".criterion"));
    }
  });
  const turn = side.querySelectorAll("[data-turn]");
  new ResizeObserver(([{ target }]) => {
    ballot.style.setProperty("--sheet", `${Math.ceil(target.getBoundingClientRect().height)}px`);
  }).observe(side);
  const isSheet = () => getComputedStyle(handle).display !== "none";
  let isMeasured = false;
  return {
    open,
    turnWith(rubric) {
      for (const button of turn) {
        button.addEventListener("click", () => rubric.pointAt(rubric.index() + Number(button.dataset.turn)));
      }
      form.addEventListener("pointerdown", ({ target, pointerType }) => {
        if (pointerType !== "mouse" && target.type === "radio") {
          target.dataset.tapped = "";
        }
      });
      form.addEventListener("change", (event) => advance(event, rubric, ballot));
    },
    show(rubric) {
      side.querySelector(".sheet-place").textContent = say("sheetPlace", { number: rubric.index() + 1, count: rubric.count });
      turn[0].disabled = rubric.index() === 0;
      turn[1].disabled = rubric.index() === rubric.count - 1;
      markCut(rubric.current());
      if (!isMeasured && isSheet()) {
        // Once: a picture that changed its size with each criterion would be no picture to judge.
        isMeasured = true;
        ballot.style.setProperty("--sheet-at-rest", `${Math.ceil(side.getBoundingClientRect().height)}px`);
      }
    },
  };
}

/** Mark the guidance that does not fit: a tap shows it whole. */
function markCut(criterion) {
  for (const words of criterion.querySelectorAll(".criterion-guidance")) {
    if (words.scrollHeight > words.clientHeight + 1) {
      words.classList.add("guidance-cut");
    }
  }
}

/** A thumb that marked goes on to the next criterion, after a moment in which it sees its mark. */
function advance({ target }, rubric, ballot) {
  const isThumb = target.type === "radio" && target.dataset.tapped !== undefined;
  delete target.dataset.tapped;
  if (isThumb && !ballot.classList.contains("sheet-open")) {
    const from = rubric.index();
    setTimeout(() => rubric.index() === from && rubric.pointAt(from + 1), 350);
  }
}

/** The handle follows the thumb: up opens, down closes. */
function drawWithThumb(head, open) {
  let from = null;
  head.addEventListener("pointerdown", (event) => {
    from = event.clientY;
  });
  head.addEventListener("pointerup", (event) => {
    const way = from === null ? 0 : event.clientY - from;
    from = null;
    if (Math.abs(way) > 24) {
      open(way < 0);
    }
  });
  head.style.touchAction = "none";
}
