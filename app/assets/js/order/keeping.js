// The order and the record of it in this browser: every change is kept before it is sent, as those of ballots are.
import { meet } from "../ballot/meet.js";
import { listen } from "../ballot/news.js";
import { keepChange, readKept } from "../ballot/queue.js";
import { planFlush } from "../ballot/send.js";
import { groupsFrom, placesOf } from "./groups.js";
import { lines, numberOf, readGroups } from "./list.js";

const PAUSE = 300;
const PREFIX = "place-";

/** The order as the server's page tells of it. */
export function sheetOf(form) {
  return {
    ballot: `order-${form.dataset.order}`,
    url: form.action,
    page: location.pathname,
    label: form.dataset.label,
    names: [...[...lines].map(([entry, line]) => nameOf(entry, line)), commentOf(form)],
    version: Number(form.elements.version.value),
    content: contentOf(readGroups(), form.elements.comment.defaultValue),
    state: form.dataset.state,
  };
}

function nameOf(entry, line) {
  const title = `${numberOf(entry)} ${line.querySelector(".work-title").textContent}`;
  // Places mean something together only.
  return { name: PREFIX + entry, unit: "places", title, says: {} };
}

function commentOf({ elements: { comment } }) {
  return { name: "comment", title: comment.labels[0].firstChild.textContent.trim(), says: {} };
}

/** What the page says, by field name. */
export function contentOf(groups, comment) {
  const places = placesOf(groups);
  const fields = [...lines.keys()].map((entry) => [PREFIX + entry, String(places.get(entry) ?? "")]);
  return { ...Object.fromEntries(fields), comment };
}

/** Keep what the page says, and send it in a moment. */
export function keepOrder(sheet, groups, comment) {
  keepChange(sheet, contentOf(groups, comment));
  planFlush(PAUSE);
}

/**
 * Bring page and record together: what this browser kept and the server never had comes first. `show` is called with
 * {groups, comment, record} whenever the record says something, from whichever window.
 */
export async function startKeeping(sheet, show) {
  await meet(sheet);
  const refresh = async () => {
    const record = await readKept(sheet.ballot);
    if (record) {
      show({ groups: groupsIn(record.content), comment: record.content.comment ?? "", record });
    }
  };
  listen(({ ballot, reach }) => (ballot === sheet.ballot || reach ? refresh() : undefined));
  await refresh();
}

function groupsIn(content) {
  // Entries that share a place lie as the page has them, so that nothing moves that was not moved.
  const inTurn = [...document.querySelectorAll("[data-entry]")].map((line) => Number(line.dataset.entry));
  return groupsFrom(inTurn.map((entry) => [entry, Number(content[PREFIX + entry] ?? 0)]).filter(([, place]) => place > 0));
}
