// The lightbox: one picture after the other, as large as the window, or pixel for pixel.
import PhotoSwipe from "photoswipe";
import { make } from "./dom.js";

const CAPTION = 88;
const isStill = matchMedia("(prefers-reduced-motion: reduce)");

/** Open the lightbox at one of `slides`; `words` are what it says, in the page's language. */
export function show(slides, index, words) {
  const room = new PhotoSwipe({
    dataSource: slides.map(slideOf),
    index,
    loop: false,
    bgOpacity: 1,
    wheelToZoom: true,
    // At once: while it faded in, it would not hear that it shall close.
    showHideAnimationType: "none",
    zoomAnimationDuration: isStill.matches ? 0 : 200,
    paddingFn: ({ x }) => ({ top: 48, bottom: CAPTION, left: x > 700 ? 64 : 0, right: x > 700 ? 64 : 0 }),
    // Once to the size of the screen's pixels, and no further: there is nothing more to see.
    secondaryZoomLevel: ({ fit }) => Math.max(1 / devicePixelRatio, fit),
    maxZoomLevel: ({ fit }) => Math.max(2 / devicePixelRatio, fit),
    closeTitle: words.close,
    zoomTitle: words.zoom,
    arrowPrevTitle: words.previous,
    arrowNextTitle: words.next,
    errorMsg: words.error,
    mainClass: "lightbox",
    returnFocus: false,
  });
  room.on("uiRegister", () => {
    room.ui.registerElement({
      name: "caption",
      appendTo: "root",
      onInit: (place) => room.on("change", () => place.replaceChildren(...caption(room.currSlide.data, words))),
    });
  });
  // The page below waits: nobody gets there by Tab, or by reading on.
  let below = [];
  room.on("bindEvents", () => {
    room.element.setAttribute("aria-modal", "true");
    room.element.setAttribute("aria-label", words.label);
    below = [...document.body.children].filter((part) => part !== room.element && !part.inert);
    setInert(below, true);
  });
  room.on("destroy", () => {
    setInert(below, false);
    slides[index].element.focus();
  });
  room.init();
}

function setInert(parts, isInert) {
  for (const part of parts) {
    part.inert = isInert;
  }
}

/** A picture as PhotoSwipe knows it: its size is that of the largest rendition, which is all there is to see. */
function slideOf({ srcset, width, height, ...rest }) {
  const [src, largest] = srcset.at(-1);
  return {
    ...rest,
    src,
    srcset: srcset.map(([url, pixels]) => `${url} ${pixels}w`).join(", "),
    width: largest,
    height: Math.round((largest * height) / width),
  };
}

function caption({ title, by, place, url }, words) {
  const lines = [
    ["work-title", title],
    ["by", by],
    ["lightbox-place", place],
  ].filter(([, text]) => text);
  const parts = lines.map(([className, textContent]) => make("p", { className, textContent, dir: "auto" }));
  return url ? [...parts, make("p", {}, make("a", { href: url, textContent: words.entry }))] : parts;
}
