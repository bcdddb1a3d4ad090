// One line says how the marks are kept, in words.
import { make } from "../parts/dom.js";
import { say } from "../parts/words.js";
import { countWaiting, readAll } from "./kept.js";
import { listen } from "./news.js";
import { waitsToBeSubmitted } from "./onward.js";
import { reach } from "./send.js";
import { deskUrl, signInUrl } from "./who.js";

let isReading = false;
let isOld = false;

/** Keep `line` saying how things are; `ballot` is the one the page is about, if any. */
export function startBar(line, ballot) {
  const refresh = async () => {
    isOld = true;
    if (isReading) {
      return;
    }
    isReading = true;
    while (isOld) {
      isOld = false;
      show(line, await readAll(), ballot);
    }
    isReading = false;
  };
  listen(refresh);
  return refresh();
}

function show(line, records, ballot) {
  const count = countWaiting(records);
  const own = records.find((record) => record.ballot === ballot);
  const others = records.filter(({ trouble }) => trouble).length;
  if (count > 0 && reach === "signed-out") {
    tell(line, true, make("a", { href: signInUrl, textContent: say("signInKept") }));
  } else if (count > 0 && reach === "offline") {
    tell(line, true, sayWaiting(count, own, ballot));
  } else if (own?.trouble) {
    tell(line, true, own.trouble.kind === "refused" ? (own.trouble.error ?? say("refused")) : say("needsYou"));
  } else if (count > 0) {
    tell(line, false, say("saving"));
  } else if (ballot !== null && others > 0) {
    tell(line, true, make("a", { href: deskUrl, textContent: say("others", { count: others }) }));
  } else if (own?.savedAt) {
    tell(line, false, say("saved", { time: own.savedAt }));
  } else if (ballot === null) {
    tell(line, false, "");
  }
}

function sayWaiting(count, own, ballot) {
  if (ballot === null) {
    return say(count === 1 ? "oneWaits" : "manyWait", { count });
  }
  return waitsToBeSubmitted(own) ? say("queued") : say("offline", { count });
}

function tell(line, isProblem, words) {
  if (line.textContent !== (words.textContent ?? words)) {
    line.replaceChildren(words);
  }
  line.classList.toggle("saved-problem", isProblem);
}
