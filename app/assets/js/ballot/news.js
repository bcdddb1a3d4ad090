// What one tab does to the kept marks, all tabs of this judge hear: the number of the ballot, or how the server is.
import { user } from "./who.js";

const channel = new BroadcastChannel(`podium-desk-${user}`);
const listeners = new Set();

channel.addEventListener("message", ({ data }) => hear(data));

/** Have `listener` called with {ballot} or {reach} whenever something changed here or in another tab. */
export function listen(listener) {
  listeners.add(listener);
}

/** Say that the record of a ballot changed. */
export function tellOf(ballot) {
  tell({ ballot });
}

/** Say how the server was reached last. */
export function tellReach(reach) {
  tell({ reach });
}

function tell(news) {
  channel.postMessage(news);
  hear(news);
}

function hear(news) {
  for (const listener of listeners) {
    listener(news);
  }
}
