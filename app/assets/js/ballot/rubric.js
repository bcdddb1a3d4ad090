// The rubric: one criterion is the current one, what its chosen step means stands under it, and a scale too fine for
// a row of steps takes a number.
import { make } from "../parts/dom.js";

/** Watch the criteria of a form; returns {count, current(), index(), pointAt(index), focus()}. */
export function startRubric(form, onPoint) {
  const criteria = [...form.querySelectorAll(".criterion")];
  let index = Math.max(0, criteria.findIndex((criterion) => !isMarked(criterion)));
  criteria.forEach(startFine);
  const guide = () => criteria.forEach(guideLevels);
  form.addEventListener("change", ({ target }) => {
    guide();
    heed(target);
  });
  form.addEventListener("ballot:shown", guide);
  guide();
  const rubric = {
    count: criteria.length,
    index: () => index,
    at: (place) => criteria[place],
    current: () => criteria[index],
    pointAt(place) {
      index = Math.max(0, Math.min(place, criteria.length - 1));
      criteria.forEach((criterion, at) => criterion.classList.toggle("criterion-current", at === index));
      onPoint(rubric);
    },
    focus() {
      const field = criteria[index].querySelector("input:checked, .fine-number") ?? criteria[index].querySelector("input");
      field.focus();
      if (field.type === "number") {
        field.select();
      }
    },
    pointTo(name) {
      const place = criteria.findIndex((criterion) => criterion.querySelector(`[name="${CSS.escape(name)}"]`));
      if (place >= 0) {
        rubric.pointAt(place);
      }
    },
  };
  form.addEventListener("focusin", ({ target }) => {
    const place = criteria.indexOf(target.closest(".criterion"));
    if (place >= 0 && place !== index) {
      rubric.pointAt(place);
    }
  });
  return rubric;
}

/** Whether a criterion has its mark. */
export function isMarked(criterion) {
  return markOf(criterion) !== "";
}

function markOf(criterion) {
  return criterion.querySelector("input[name]:checked, input[name][type=number], select")?.value ?? "";
}

/** Say which marks there are, to whoever wrote another. */
export function sayLimits(criterion) {
  criterion.querySelector("[data-told]").textContent = criterion.dataset.limits;
}

/** A mark that the scale does not have is not kept, and that is said. */
function heed(field) {
  const criterion = field.closest(".criterion");
  if (criterion && !field.checkValidity()) {
    sayLimits(criterion);
  } else if (criterion) {
    criterion.querySelector("[data-told]").textContent = "";
  }
}

/** Under the steps: which of the words are those of the chosen one. */
function guideLevels(criterion) {
  const value = markOf(criterion);
  for (const level of criterion.querySelectorAll(".mark-guidance")) {
    level.classList.toggle("mark-guidance-chosen", level.dataset.value === value);
  }
}

/** In place of a long list of steps, a number to type and a slider to push; the list keeps the mark. */
function startFine(criterion) {
  const list = criterion.querySelector("select");
  if (!list) {
    return;
  }
  const { least, most, step } = list.dataset;
  const label = criterion.querySelector("legend").firstChild.textContent.trim();
  const number = make("input", { type: "number", className: "fine-number", min: least, max: most, step, "aria-label": label });
  const slider = make("input", { type: "range", className: "fine-slider", min: least, max: most, step, "aria-label": label });
  const options = [...list.options].filter(({ value }) => value !== "");
  const take = ({ value, validity }) => {
    const chosen = options.find(({ dataset }) => value !== "" && Number(dataset.worth) === Number(value));
    if (!chosen && (value !== "" || validity.badInput)) {
      sayLimits(criterion);
      return;
    }
    list.value = chosen?.value ?? "";
    list.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const show = () => {
    const worth = list.selectedOptions[0]?.dataset.worth ?? "";
    number.value = worth;
    slider.value = worth === "" ? least : worth;
    slider.classList.toggle("fine-unset", worth === "");
  };
  for (const field of [number, slider]) {
    field.addEventListener("change", (event) => {
      event.stopPropagation();
      take(field);
      show();
    });
  }
  slider.addEventListener("input", () => {
    number.value = slider.value;
    slider.classList.remove("fine-unset");
  });
  list.form.addEventListener("ballot:shown", show);
  list.hidden = true;
  list.after(make("div", { className: "fine" }, number, slider));
  show();
}
