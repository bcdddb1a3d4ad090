// The sentences scripts say, translated by the server (in base.html, and in a page for its own script), and values
// written in the page's language.
const words = Object.assign({}, ...[...document.querySelectorAll("[data-words]")].map(({ dataset }) => dataset));
const language = document.documentElement.lang || "en";
// The UN writes British English: the day before the month.
export const locale = language === "en" ? "en-GB" : language;

/** The sentence `name` with its {placeholders} filled from `values`. */
export function say(name, values = {}) {
  const sentence = words[`say${name[0].toUpperCase()}${name.slice(1)}`] ?? "";
  return sentence.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** "4.2 MB" in the page's language, counted as the limits are: a megabyte has 1024 × 1024 bytes. */
export function sayBytes(bytes) {
  const [unit, size] = bytes < 2 ** 20 ? ["kilobyte", 2 ** 10] : ["megabyte", 2 ** 20];
  return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / size);
}

/** "42 %" in the page's language. */
export function sayPercent(share) {
  return new Intl.NumberFormat(locale, { style: "percent" }).format(share);
}

/** "14:02" on this device's clock. */
export function sayClock(date) {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(date);
}
