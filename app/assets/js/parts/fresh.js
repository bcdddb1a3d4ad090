// Parts of a page that say how far something is (a checklist, a card) are read anew when the server has something new.
import { watchPictures } from "./poll.js";

const PAUSE = 300;
const AGAIN = 10000;

/** Keep every [data-fresh] element, which needs an id, as the server would write it now. */
export function startFresh() {
  if (!document.querySelector("[data-fresh]")) {
    return;
  }
  let timer = 0;
  document.addEventListener("podium:changed", () => {
    clearTimeout(timer);
    timer = setTimeout(freshen, PAUSE);
  });
  setInterval(() => {
    // Where the server alone knows of a change, the page asks while there is something to wait for.
    if (document.querySelector("[data-fresh] [data-fresh-again]") && !document.hidden) {
      freshen();
    }
  }, AGAIN);
}

async function freshen() {
  const page = await read(location.href);
  for (const place of page ? document.querySelectorAll("[data-fresh]") : []) {
    const now = page.getElementById(place.id);
    // Whoever stands on a link of it must not lose their place.
    if (now && now.innerHTML !== place.innerHTML && !place.contains(document.activeElement)) {
      place.replaceChildren(...document.importNode(now, true).childNodes);
      watchPictures(place);
    }
  }
  document.dispatchEvent(new Event("podium:fresh"));
}

async function read(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  } catch {
    return null;
  }
}
