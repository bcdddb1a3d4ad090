/** A new element with properties (or attributes, where the name says so) and children; words are never read as HTML. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "role" || key.includes("-")) {
      element.setAttribute(key, value);
    } else {
      element[key] = value;
    }
  }
  element.append(...children);
  return element;
}

/** The token that every request which changes something carries. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

/** Say that the server has something new for this page: words it saved, a picture it made. */
export function tellChanged() {
  document.dispatchEvent(new Event("podium:changed"));
}
