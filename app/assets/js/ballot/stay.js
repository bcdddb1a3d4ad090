// Without a network nobody is led away: the browser has nothing to show elsewhere but its own error.
import { say } from "../parts/words.js";

/** Keep whoever follows a link, or sends another form than `form`, here while there is no network; `line` says so. */
export function startStaying(form, line) {
  const stay = (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      line.textContent = say("offlineStay");
      line.classList.add("saved-problem");
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]:not([target])");
    if (link && !event.defaultPrevented && link.getAttribute("href")[0] !== "#") {
      stay(event);
    }
  });
  document.addEventListener("submit", (event) => event.target !== form && stay(event));
}
