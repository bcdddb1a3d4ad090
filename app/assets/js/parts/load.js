// A part of a page that takes long to make is fetched once the page stands; without this, its link leads to it.

/** Put into every [data-load] element, which needs an id, what the page at that address has under the same id. */
export function startLoading() {
  document.querySelectorAll("[data-load]").forEach(load);
}

async function load(place) {
  place.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(place.dataset.load, { headers: { Accept: "text/html" } });
    const page = response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
    const found = page?.getElementById(place.id);
    if (found) {
      place.replaceChildren(...document.importNode(found, true).childNodes);
    }
  } catch {
    // The link stays where it is.
  }
  place.removeAttribute("aria-busy");
}
