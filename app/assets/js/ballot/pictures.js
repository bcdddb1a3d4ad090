// A mark counts once the pictures were shown: all of them loaded, the first of them in view. One that does not load
// must not block the ballot: the judge tries again, or judges without it.
import { make } from "../parts/dom.js";
import { say } from "../parts/words.js";

const PLACES = ".ballot-picture";

/** Watch the pictures; `onShown` is called once. Returns {place, seen()}: "" not yet, "1", or "part" of them. */
export function startPictures(onShown, isKnown) {
  const figures = [...document.querySelectorAll(PLACES)];
  const withoutIt = new Set();
  let isInView = figures.length === 0;
  let isShown = isKnown;

  const look = () => {
    figures.filter(hasLoaded).forEach((figure) => figure.querySelector(".picture-broken")?.remove());
    figures.filter((figure) => isBroken(figure) && !withoutIt.has(figure)).forEach(offer);
    if (!isShown && isInView && figures.every((figure) => withoutIt.has(figure) || hasLoaded(figure))) {
      isShown = true;
      onShown();
    }
  };
  const offer = (figure) => {
    if (figure.querySelector(".picture-broken")) {
      return;
    }
    const again = make("button", { type: "button", className: "button", textContent: say("tryAgain") });
    const without = make("button", { type: "button", className: "button button-quiet", textContent: say("judgeWithout") });
    const box = make(
      "div",
      { className: "picture-broken", role: "alert" },
      make("p", { textContent: say("pictureBroken") }),
      make("p", { className: "acts" }, again, without),
    );
    again.addEventListener("click", () => {
      box.remove();
      loadAgain(figure);
    });
    without.addEventListener("click", () => {
      withoutIt.add(figure);
      box.replaceChildren(make("p", { textContent: say("judgedWithout") }));
      look();
    });
    figure.append(box);
  };

  // These events do not rise from a picture, but can be caught on their way down.
  for (const kind of ["load", "error"]) {
    document.addEventListener(kind, ({ target }) => target.closest?.(PLACES) && look(), true);
  }
  if (figures.length > 0) {
    const watching = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) {
        isInView = true;
        watching.disconnect();
        look();
      }
    }, { threshold: 0.25 });
    watching.observe(figures[0]);
    if (!navigator.connection?.saveData) {
      loadAll(figures);
    }
  }
  look();
  return { place: document.querySelector(".ballot-pictures"), seen: () => (isShown ? (withoutIt.size > 0 ? "part" : "1") : "") };
}

/** Whether all of a figure's pictures are there. */
function hasLoaded(figure) {
  const image = figure.querySelector("img.photo");
  return image !== null && image.complete && image.naturalWidth > 0;
}

/** A picture that failed, was refused, or is not made yet. */
function isBroken(figure) {
  const image = figure.querySelector("img.photo");
  return image === null || (image.complete && image.naturalWidth === 0 && Boolean(image.currentSrc));
}

function loadAgain(figure) {
  const image = figure.querySelector("img.photo");
  if (image === null) {
    location.reload();
    return;
  }
  // A copy of the whole element asks anew, for whichever size fits.
  const whole = image.closest("picture") ?? image;
  whole.replaceWith(whole.cloneNode(true));
}

/** Once the first is there, the others come without being scrolled to. */
function loadAll(figures) {
  const rest = figures.slice(1).map((figure) => figure.querySelector("img.photo"));
  const load = () => rest.forEach((image) => {
    if (image) {
      image.loading = "eager";
    }
  });
  const first = figures[0].querySelector("img.photo");
  if (!first || first.complete) {
    load();
  } else {
    first.addEventListener("load", load, { once: true });
  }
}
