// Checking entries one by one with the keyboard. The forms work without any of it. On the list, to
// which the last verdict leads, there is but that verdict to undo.
const form = document.querySelector("[data-screen]");
const nothing = document.querySelector("[data-nothing]");

function choose(verdict) {
  form.querySelector(`[name="verdict"][value="${verdict}"]`).checked = true;
}

const CHECKING = {
  e() {
    choose("eligible");
    form.requestSubmit();
  },
  i() {
    choose("ineligible");
    form.querySelector('[name="reason"]').focus();
  },
  n() {
    document.querySelector('a[rel="next"]')?.click();
  },
  p() {
    document.querySelector('a[rel="prev"]')?.click();
  },
};

const UNDOING = {
  u() {
    const undo = document.querySelector("[data-undo]");
    if (undo === null) {
      nothing.textContent = nothing.dataset.nothing;
    } else {
      undo.requestSubmit();
    }
  },
};

const ACTS = form === null ? UNDOING : { ...CHECKING, ...UNDOING };

function isWriting(target) {
  return target.closest("textarea, select, input:not([type=radio])") !== null;
}

document.addEventListener("keydown", (event) => {
  // A key that is held down must not give one verdict after the other.
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) {
    return;
  }
  if (document.querySelector(".lightbox") === null && Object.hasOwn(ACTS, event.key)) {
    event.preventDefault();
    ACTS[event.key]();
  }
});
