// While a picture is on its way, a preview of a few pixels stands in its place; then the picture grows clear.
const ARRIVED = "photo-arrived";

/** Show the previews of pictures that are not there yet, and take each away when its picture comes, or fails. */
export function startPreviews() {
  for (const picture of document.querySelectorAll('img[data-preview], img[srcset][src^="data:"]')) {
    if (!picture.complete) {
      picture.style.backgroundImage = `url("${picture.dataset.preview ?? picture.getAttribute("src")}")`;
    }
  }
  // These events do not rise from a picture to its page, but can be caught on their way down.
  document.addEventListener("load", (event) => settle(event.target, ARRIVED), true);
  document.addEventListener("error", (event) => settle(event.target), true);
}

function settle(picture, ...classes) {
  if (picture instanceof HTMLImageElement && picture.style.backgroundImage) {
    picture.style.backgroundImage = "";
    picture.classList.add(...classes);
  }
}
