// The picture as this device has it, shown until the server has made its own.
import { make } from "../dom.js";

const lent = new Map();

/** The picture in `file`, upright; where the browser cannot show it, or it is none, `instead` takes its place. */
export function previewOf(file, instead) {
  if (!file?.type.startsWith("image/")) {
    return instead;
  }
  const picture = make("img", { className: "upload-preview", alt: "", decoding: "async" });
  picture.addEventListener("error", () => picture.replaceWith(instead));
  picture.src = URL.createObjectURL(file);
  return picture;
}

/** Keep a preview for the asset whose picture is being made. */
export function lendPreview(asset, picture) {
  if (picture.matches("img")) {
    lent.set(asset, picture);
  }
}

/** Show the lent previews where the server's pictures are still being made, and forget those it has. */
export function showPreviews(form) {
  for (const [asset, picture] of lent) {
    const place = form.querySelector(`[data-asset="${asset}"] .photo-waiting`);
    if (place) {
      place.prepend(picture);
    } else if (form.querySelector(`[data-asset="${asset}"]`)) {
      forgetPreview(asset);
    }
  }
}

/** Let go of a preview's memory. */
export function forgetPreview(asset) {
  if (lent.has(asset)) {
    URL.revokeObjectURL(lent.get(asset).src);
    lent.delete(asset);
  }
}
