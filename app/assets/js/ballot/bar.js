// One line says how the marks are kept, in words.
import { make } from "../parts/dom.js";
import { say } from "../parts/words.js";
import { isWaiting, readAll } from "./kept.js";
import { listen } from "./news.js";
import { reach } from "./send.js";
import { signInUrl } from "./who.js";

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
  const count = records.filter(isWaiting).length;
  const own = records.find((record) => record.ballot === ballot);
  if (count > 0 && reach === "signed-out") {
    tell(line, true, make("a", { href: signInUrl, textContent: say("signInKept") }));
  } else if (count > 0 && reach === "offline") {
    tell(line, true, say("offline", { count }));
  } else if (own?.trouble) {
    tell(line, true, own.trouble.kind === "refused" ? (own.trouble.error ?? say("refused")) : say("needsYou"));
  } else if (count > 0) {
    tell(line, false, say("saving"));
  } else if (own?.savedAt) {
    tell(line, false, say("saved", { time: own.savedAt }));
  } else if (records.some(({ trouble }) => trouble)) {
    tell(line, true, say("others", { count: records.filter(({ trouble }) => trouble).length }));
  } else if (!ballot) {
    tell(line, false, "");
  }
}

function tell(line, isProblem, words) {
  const before = line.textContent;
  const after = typeof words === "string" ? words : words.textContent;
  if (before !== after || typeof words !== "string") {
    line.replaceChildren(words);
  }
  line.classList.toggle("saved-problem", isProblem);
}
