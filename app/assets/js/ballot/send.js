// Sends what is kept, of every ballot, one change at a time and in one tab at a time.
import { isWaiting, readAll } from "./kept.js";
import { listen, tellReach } from "./news.js";
import { arrived, downgraded, overtaken, stuck, takeOff } from "./queue.js";
import { renewToken, post } from "./talk.js";
import { user } from "./who.js";

const SHORTEST = 1000;
const LONGEST = 15000;
const LATE = new Set(["closed", "not-open"]);

/** How the server was last reached: "well", "offline" or "signed-out". */
export let reach = navigator.onLine ? "well" : "offline";
let pause = SHORTEST;
let timer = 0;
let next = null;
let inTurn = Promise.resolve();

/** Send all that waits now; resolves once each of it was answered, or cannot be for now. */
export function flush() {
  clearTimeout(timer);
  next ??= solo(() => {
    next = null;
    return sendAll();
  });
  return next;
}

/** Send what waits in a moment: whoever marks quickly sends less. */
export function planFlush(wait) {
  clearTimeout(timer);
  timer = setTimeout(flush, wait);
}

/** Do `work` while no other tab does; pages without TLS have no locks, and look after themselves alone. */
function solo(work) {
  if (navigator.locks) {
    return navigator.locks.request(`podium-desk-${user}`, work);
  }
  inTurn = inTurn.then(work);
  return inTurn;
}

async function sendAll() {
  for (const { ballot } of (await readAll()).filter(isWaiting)) {
    const outcome = await sendOne(ballot);
    if (outcome !== "answered") {
      setReach(outcome);
      planFlush(pause * (0.75 + Math.random() / 2));
      pause = Math.min(pause * 2, LONGEST);
      return;
    }
    pause = SHORTEST;
    setReach("well");
  }
}

function setReach(now) {
  if (reach !== now) {
    reach = now;
    tellReach(now);
  }
}

async function sendOne(ballot) {
  for (let record = await takeOff(ballot); record; record = await takeOff(ballot)) {
    const outcome = await deliver(record);
    if (outcome !== "answered") {
      return outcome;
    }
  }
  return "answered";
}

async function deliver(record, isSecond = false) {
  const { ballot, url, flight } = record;
  const { status, answer } = await post(url, pairsOf(flight));
  if (status === 0) {
    return "offline";
  }
  if (status === 200) {
    await arrived(ballot, flight.key, answer);
    return "answered";
  }
  if (isAboutWho(status, answer)) {
    const reached = await renewToken();
    if (reached !== "well") {
      return reached;
    }
    if (status !== 404) {
      return isSecond ? "signed-out" : deliver(record, true);
    }
  }
  await refuse(ballot, flight, status, answer);
  return "answered";
}

/** Whether the answer may only mean that somebody else, or nobody, is signed in by now. */
function isAboutWho(status, { code }) {
  return status === 401 || status === 404 || (status === 400 && code === "csrf");
}

function refuse(ballot, { key, submit }, status, answer) {
  if (status === 409 && answer.theirs) {
    return overtaken(ballot, key, answer);
  }
  if (status === 422 && submit) {
    return downgraded(ballot, key, answer);
  }
  return stuck(ballot, key, { kind: kindOf(status, answer), error: answer.error });
}

function kindOf(status, { code }) {
  if (LATE.has(code)) {
    return "late";
  }
  return [404, 409, 410].includes(status) ? "gone" : "refused";
}

/** A change as the form would post it; an empty mark is one that is not posted. */
function pairsOf({ key, base, content, submit }) {
  const fields = Object.entries(content).filter(([name, value]) => value !== "" || !name.startsWith("mark-"));
  return [...fields, ["version", base], ["key", key], ["act", submit ? "submit" : "save"]];
}

/** Send whenever the server may be there again, from any tab. */
export function startSending() {
  const again = () => {
    pause = SHORTEST;
    flush();
  };
  window.addEventListener("online", () => {
    setReach("well");
    again();
  });
  window.addEventListener("offline", () => setReach("offline"));
  window.addEventListener("focus", again);
  window.addEventListener("pageshow", again);
  document.addEventListener("visibilitychange", () => document.hidden || again());
  listen((news) => {
    reach = news.reach ?? reach;
  });
  return flush();
}
