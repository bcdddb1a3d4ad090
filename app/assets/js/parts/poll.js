// Pictures that are still being made: ask for their state and put the picture in its place when it is ready.
import { make, tellChanged } from "./dom.js";
import { say } from "./words.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 8000;
// The server knows no such picture (any more), or not for this reader: asking again changes nothing.
const GONE = {};

/** Watch every waiting picture inside `root`. */
export function watchPictures(root) {
  root.querySelectorAll("[data-poll]").forEach((place) => watch(place, FIRST_WAIT));
}

function watch(place, wait) {
  setTimeout(async () => {
    const answer = await ask(place.dataset.poll);
    if (answer?.state === "ready") {
      showPicture(place, answer);
      tellChanged();
    } else if (answer?.state === "rejected") {
      showRefusal(place, answer.reason);
      tellChanged();
    } else if (answer !== GONE && document.contains(place)) {
      watch(place, Math.min(wait * 1.5, LONGEST_WAIT));
    }
  }, wait);
}

async function ask(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (response.status >= 400 && response.status < 500) {
      return GONE;
    }
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function showPicture(place, { srcset, width, height }) {
  if (!srcset?.length) {
    // A document has no picture to show: it has arrived, and that is all.
    place.replaceChildren(make("p", { textContent: say("fileReady") }));
    return;
  }
  const picture = make("img", {
    className: `photo photo-arrived ${place.dataset.class ?? ""}`,
    alt: place.dataset.alt ?? "",
    sizes: (place.dataset.sizes ?? "100vw").replaceAll("RATIO", (width / height).toFixed(3)),
    width,
    height,
    decoding: "async",
  });
  picture.srcset = srcset.map(([url, pixels]) => `${url} ${pixels}w`).join(", ");
  picture.src = srcset[Math.min(1, srcset.length - 1)][0];
  place.replaceWith(picture);
}

function showRefusal(place, reason) {
  place.className = "photo-place photo-rejected";
  place.replaceChildren(make("p", {}, make("strong", { textContent: say("rejected") }), ` ${reason ?? ""}`));
}
