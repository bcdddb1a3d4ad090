// The list of entries on the page: what it says of their places, and how it is rearranged.
import { say } from "../parts/words.js";
import { groupsFrom, placesOf } from "./groups.js";

const form = document.querySelector("form[data-order]");
const ranked = form.querySelector("[data-ranked]");
const pile = form.querySelector("[data-pile]");

export const lines = new Map([...form.querySelectorAll("[data-entry]")].map((line) => [Number(line.dataset.entry), line]));

/** The entry whose line an element stands in. */
export function entryOf(element) {
  return Number(element.closest("[data-entry]").dataset.entry);
}

/** An entry's number as people read it. */
export function numberOf(entry) {
  return String(entry).padStart(4, "0");
}

/** The field that says where an entry stands. */
export function fieldOf(entry) {
  return lines.get(entry).querySelector("[data-place]");
}

/** The order that the fields say. */
export function readGroups() {
  const inTurn = [...form.querySelectorAll("[data-entry]")].map((line) => Number(line.dataset.entry));
  return groupsFrom(inTurn.map((entry) => [entry, Number(fieldOf(entry).value)]).filter(([, place]) => place > 0));
}

/** Entries as they lie in the list of those ranked, which somebody may just have dragged. */
export function lyingRanked() {
  return [...ranked.children].map((line) => Number(line.dataset.entry));
}

/** Show an order; whoever stands on a line keeps their place on it. */
export function showGroups(groups) {
  const focused = document.activeElement;
  const places = placesOf(groups);
  const left = [...lines.keys()].filter((entry) => !places.has(entry));
  arrange(ranked, groups.flat());
  arrange(pile, left);
  for (const group of groups) {
    group.forEach((entry, at) => label(entry, places.get(entry), at > 0, places));
  }
  left.forEach((entry) => label(entry, null, false, places));
  document.querySelector("[data-count]").textContent = say("count", { done: places.size, total: lines.size });
  document.querySelector("[data-left]").textContent = sayLeft(left.length);
  if (focused !== document.activeElement && form.contains(focused)) {
    focused.focus({ preventScroll: true });
    focused.scrollIntoView({ block: "nearest" });
  }
}

function arrange(list, entries) {
  entries.forEach((entry, at) => {
    if (list.children[at] !== lines.get(entry)) {
      list.insertBefore(lines.get(entry), list.children[at] ?? null);
    }
  });
}

function label(entry, place, isTied, places) {
  const line = lines.get(entry);
  const button = (move) => line.querySelector(`[data-move="${move}"]`);
  fieldOf(entry).value = place ?? "";
  line.classList.toggle("order-tied", isTied);
  line.classList.toggle("order-out", place === null);
  button("tie").setAttribute("aria-pressed", String(isTied));
  for (const [move, isOff] of [["up", place === 1 && !isShared(place, places)], ["top", place === 1 && !isShared(place, places)],
    ["tie", place === 1 && !isTied], ["down", isLast(entry, place, places)]]) {
    // Not `disabled`, which would throw the reader off the button that has just brought the entry here.
    button(move).setAttribute("aria-disabled", String(isOff));
  }
}

function isShared(place, places) {
  return [...places.values()].filter((other) => other === place).length > 1;
}

function isLast(entry, place, places) {
  return !isShared(place, places) && place === Math.max(...places.values());
}

function sayLeft(count) {
  return count === 0 ? say("allRanked") : say(count === 1 ? "oneLeftOut" : "leftOut", { count });
}

/** Where an entry stands now, in words. */
export function sayPlace(entry, groups) {
  const places = placesOf(groups);
  const number = numberOf(entry);
  if (!places.has(entry)) {
    return say("movedOut", { number });
  }
  const place = places.get(entry);
  return say(isShared(place, places) ? "movedTied" : "moved", { number, place, total: lines.size });
}
