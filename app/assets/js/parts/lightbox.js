// The door to the lightbox: what shows the pictures comes when somebody is about to open it.
let isBroken = false;
let isOpening = false;

/** Let the pictures inside each [data-lightbox] open in the page, large. */
export function startLightbox() {
  for (const gallery of document.querySelectorAll("[data-lightbox]")) {
    gallery.addEventListener("click", (event) => {
      const link = pictureLink(event);
      if (link && !isBroken) {
        event.preventDefault();
        open(gallery, link);
      }
    });
    for (const kind of ["pointerover", "focusin"]) {
      gallery.addEventListener(kind, () => fetchRoom().catch(() => {}), { once: true });
    }
  }
}

/** What the page has for its lightbox to say (templates/components/photo.html). */
function words() {
  return document.getElementById("lightbox").dataset;
}

function fetchRoom() {
  return import("./lightbox-room.js");
}

/** The link of the picture that was clicked; none where words were, or another window is wanted. */
function pictureLink(event) {
  const isElsewhere = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  const link = event.target.closest("a:has(img.photo)");
  return isElsewhere || event.target.closest(".gallery-label") ? null : link;
}

async function open(gallery, link) {
  if (isOpening) {
    return;
  }
  isOpening = true;
  try {
    const [{ show }, slides] = await Promise.all([fetchRoom(), slidesOf(gallery)]);
    show(slides, slides.findIndex(({ element }) => element === link), words());
  } catch {
    // Then the link leads where it leads without a script, unless that would leave the page for nothing.
    isBroken = true;
    if (navigator.onLine) {
      link.click();
    }
  }
  isOpening = false;
}

/** The pictures of a page as the lightbox wants them, each with the link it was opened from. */
async function slidesOf(gallery) {
  const links = [...gallery.querySelectorAll("a:has(img.photo)")];
  const { from, title, by, place } = words();
  if (!from) {
    return links.map((element) => ({ ...shown(element.querySelector("img")), element, title, by, place }));
  }
  const response = await fetch(from, { headers: { Accept: "application/json" } });
  const { pictures } = await response.json();
  return links.map((element) => {
    const known = pictures.find((picture) => picture.url === element.getAttribute("href"));
    return { ...shown(element.querySelector("img")), ...known, element };
  });
}

function shown(image) {
  const srcset = image.srcset.split(", ").map((candidate) => candidate.split(" "));
  return {
    srcset: srcset.map(([url, width]) => [url, Number.parseInt(width, 10)]),
    width: Number(image.getAttribute("width")),
    height: Number(image.getAttribute("height")),
    alt: image.alt,
  };
}
