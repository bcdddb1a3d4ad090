// What this browser keeps, in IndexedDB: one record for each judge and ballot. Where a browser keeps nothing (some
// private windows, a full disk) the page works from its memory, and only the safety net is missing.
//
// A record: {user, ballot, url, page, label, names, version, known, content, flight, waiting, trouble, joined, state,
// savedAt, undo, touched}. `content` is what the judge sees here, by field name, `version` the one it rests on, and
// `known` what that said. `waiting` is a change that was never sent, {key, submit, fields}; `flight` one that may have
// arrived, {key, submit, fields, base, content}: it is sent as it was until there is an answer. `trouble` is an answer
// that only the judge can settle, {kind, error, …}; `joined` what came from another device and was not read yet.
import { openDB } from "idb";
import { tellOf } from "./news.js";
import { user } from "./who.js";

const STORE = "ballots";
const A_WEEK = 7 * 24 * 60 * 60 * 1000;
// What this page saw of the records: where the disk refuses in the middle, it goes on from here.
const memory = new Map();
let database = open();

function open() {
  return openDB("podium-desk", 1, {
    upgrade: (made) => made.createObjectStore(STORE, { keyPath: ["user", "ballot"] }),
    terminated: () => {
      database = open();
    },
  }).catch(() => null);
}

/** The record of a ballot, or undefined. */
export async function read(ballot) {
  const opened = await database;
  return opened ? opened.get(STORE, [user, ballot]) : memory.get(ballot);
}

/** All of this judge's records, those longest untouched first. */
export async function readAll() {
  const opened = await database;
  const mine = IDBKeyRange.bound([user], [user, []]);
  const found = opened ? await opened.getAll(STORE, mine) : [...memory.values()];
  return found.sort((one, other) => one.touched - other.touched);
}

/**
 * Change a record in one go, whatever other tabs do: `alter` gets it as it is and returns it as it shall be, null to
 * forget it, or undefined to leave it. Returns the record as it is then; other tabs hear of it.
 */
export async function alterKept(ballot, alter) {
  const [record, isChanged] = await alterStored(ballot, alter);
  if (isChanged) {
    tellOf(ballot);
  }
  return record;
}

async function alterStored(ballot, alter) {
  const opened = await database;
  if (!opened) {
    return alterMemory(ballot, alter);
  }
  try {
    // Strict: what is kept is on the disk, and outlives the battery.
    const act = opened.transaction(STORE, "readwrite", { durability: "strict" });
    const before = await act.store.get([user, ballot]);
    const after = alter(before);
    if (after === null) {
      await act.store.delete([user, ballot]);
    } else if (after !== undefined) {
      await act.store.put(after);
    }
    await act.done;
    return remember(ballot, before, after);
  } catch {
    database = Promise.resolve(null);
    return alterMemory(ballot, alter);
  }
}

function alterMemory(ballot, alter) {
  const before = memory.get(ballot);
  return remember(ballot, before, alter(before));
}

function remember(ballot, before, after) {
  const record = after === undefined ? before : after;
  if (record) {
    memory.set(ballot, record);
  } else {
    memory.delete(ballot);
  }
  return [record, after !== undefined];
}

/** Whether the server has all that this record says. */
export function isSettled(record) {
  return !record || !(record.flight || record.waiting || record.trouble);
}

/** Whether something of this record shall be sent as soon as the server can be reached. */
export function isWaiting(record) {
  return Boolean(record) && !record.trouble && Boolean(record.flight || record.waiting);
}

/** Whether a submission is among it. */
export function isQueued(record) {
  return isWaiting(record) && Boolean(record.flight?.submit || record.waiting?.submit);
}

/** How many changes of these records wait to be sent: fields, or a submission that changes none. */
export function countWaiting(records) {
  const counts = records.filter(isWaiting).map(({ flight, waiting }) => {
    const fields = [flight, waiting].flatMap((change) => change?.fields ?? []);
    return Math.max(new Set(fields).size, 1);
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Forget what the server has had for a week: it was kept for undoing, and that is over. */
export async function tidy() {
  const before = Date.now() - A_WEEK;
  for (const record of await readAll()) {
    if (isSettled(record) && record.touched < before) {
      await alterKept(record.ballot, (now) => (isSettled(now) ? null : undefined));
    }
  }
}
