// Checking entries one by one with the keyboard. The form works without any of it.
const form = document.querySelector("[data-screen]");
const reason = form.querySelector('[name="reason"]');

function choose(verdict) {
  form.querySelector(`[name="verdict"][value="${verdict}"]`).checked = true;
}

const ACTS = {
  e() {
    choose("eligible");
    form.requestSubmit();
  },
  i() {
    choose("ineligible");
    reason.focus();
  },
  u() {
    document.querySelector("[data-undo]")?.requestSubmit();
  },
  n() {
    document.querySelector('a[rel="next"]')?.click();
  },
  p() {
    document.querySelector('a[rel="prev"]')?.click();
  },
};

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
