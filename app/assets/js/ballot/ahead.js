// While the judge looks at one work, the first pictures of the next and the one before come already.
import { make } from "../parts/dom.js";
import { get } from "./talk.js";

/** Fetch what the neighbours' pages will show first, unless the reader saves data. */
export function startAhead(form) {
  if (navigator.connection?.saveData) {
    return;
  }
  const begin = () => setTimeout(() => fetchNeighbours(form.dataset), 500);
  if (document.readyState === "complete") {
    begin();
  } else {
    addEventListener("load", begin, { once: true });
  }
}

async function fetchNeighbours({ jsonUrl, sizes }) {
  const answer = await get(jsonUrl);
  for (const neighbour of [answer?.next, answer?.previous]) {
    const first = neighbour?.pictures?.[0];
    if (first) {
      fetchPicture(first, sizes);
    }
  }
}

/** The browser chooses format and size as it will on the page, and keeps what it gets. */
function fetchPicture({ srcset, avif_srcset: avif, width, height }, anySizes) {
  const sizes = anySizes.replaceAll("RATIO", (width / height).toFixed(3));
  const image = make("img", { fetchPriority: "low", sizes });
  make("picture", {}, ...(avif ? [make("source", { type: "image/avif", sizes, srcset: avif })] : []), image);
  image.srcset = srcset;
}
